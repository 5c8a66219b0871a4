using System.Collections.Immutable;
using System.Globalization;

namespace Granary.Core.Quotas;

/// <summary>What of a claim passes a limit, in Cloud Foundry's words: those of its models of tasks and of processes, and of its builds.</summary>
public static class QuotaRules
{
    /// <param name="claim">What is asked for.</param>
    /// <param name="before">What the same holder has; only of what it asks more is looked at.</param>
    /// <param name="others">What all others of the organization have.</param>
    /// <returns>Field by field, as Cloud Foundry gathers them, and whether another count of the others could change anything.</returns>
    public static (ImmutableArray<string> Faults, bool DependOnOthers) Faults(Standing standing, Claim claim, Claim? before, IReadOnlyCollection<Claim> others)
    {
        var organization = new Scope("organization", standing.OrganizationName, standing.OfOrganization, others);
        var space = new Scope("space", standing.SpaceName, standing.OfSpace, [.. others.Where(each => each.Space == standing.Space)]);
        var found = new Finds(claim, before);
        if (claim.Kind == ClaimKind.Build)
        {
            var asked = string.Create(CultureInfo.InvariantCulture, $"staging requires {claim.MemoryMb}M memory");
            found.Memory(space, $"space's memory limit exceeded: {asked}");
            found.Memory(organization, $"organization's memory limit exceeded: {asked}");
        }
        else if (claim.Kind == ClaimKind.Task)
        {
            foreach (var scope in (Scope[])[organization, space])
            {
                found.Memory(scope, $"memory_in_mb exceeds {scope.Kind} memory quota");
                found.Process(scope, $"memory_in_mb exceeds {scope.Kind} instance memory quota");
            }

            found.Log(organization);
            found.Log(space);
            found.Tasks(organization);
            found.Tasks(space);
        }
        else
        {
            found.Memory(space, "memory space_quota_exceeded");
            found.Memory(organization, "memory quota_exceeded");
            found.Process(organization, "memory instance_memory_limit_exceeded");
            found.Process(space, "memory space_instance_memory_limit_exceeded");
            found.Instances(organization, "app_instance_limit app_instance_limit_exceeded");
            found.Instances(space, "app_instance_limit space_app_instance_limit_exceeded");
            found.Log(space);
            found.Log(organization);
        }

        return (found.All, found.DependOnOthers);
    }

    private sealed record Scope(string Kind, string Name, QuotaLimits Limits, IReadOnlyCollection<Claim> Others);

    private sealed class Finds(Claim claim, Claim? before)
    {
        private readonly ImmutableArray<string>.Builder all = ImmutableArray.CreateBuilder<string>();

        public ImmutableArray<string> All => all.ToImmutable();

        public bool DependOnOthers { get; private set; }

        public void Memory(Scope scope, string words) => Sum(scope, each => each.MemoryMb, scope.Limits.TotalMemoryMb, words);

        public void Instances(Scope scope, string words) => Sum(scope, each => each.Instances, scope.Limits.Instances, words);

        public void Tasks(Scope scope) => Sum(scope, each => each.Tasks, scope.Limits.Tasks, "app_task_limit quota exceeded");

        public void Process(Scope scope, string words)
        {
            if (claim.LargestMb > scope.Limits.ProcessMemoryMb && claim.LargestMb > (before?.LargestMb ?? 0))
            {
                all.Add(words);
            }
        }

        public void Log(Scope scope)
        {
            if (scope.Limits.LogBytesPerSecond is not null && claim.IsLogUnlimited && before?.IsLogUnlimited != true)
            {
                all.Add($"log_rate_limit cannot be unlimited in {scope.Kind} '{scope.Name}'.");
            }

            Sum(scope, each => each.LogBytesPerSecond, scope.Limits.LogBytesPerSecond, $"log_rate_limit exceeds {scope.Kind} log rate quota");
        }

        private void Sum(Scope scope, Func<Claim, long> of, long? limit, string words)
        {
            if (limit is { } most && of(claim) > (before is null ? 0 : of(before)) && scope.Others.Sum(of) + of(claim) > most)
            {
                all.Add(words);
                DependOnOthers = true;
            }
        }
    }
}
