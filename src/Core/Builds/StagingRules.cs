using System.Collections.Immutable;
using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Runtime;
using Granary.Core.Tasks;

namespace Granary.Core.Builds;

/// <summary>How an app is staged: what its files are is decided without a container, or what runs in one.</summary>
public abstract record StagingChoice
{
    /// <summary>The files as they were uploaded are the droplet.</summary>
    /// <param name="Used">The buildpacks that it is told of.</param>
    public sealed record AsTheyAre(ImmutableArray<string> Used) : StagingChoice;

    public sealed record InContainer(StagingPlan Plan) : StagingChoice;

    public sealed record Refused(ImmutableArray<string> Faults) : StagingChoice;
}

/// <summary>Chooses buildpacks, and says what a staging is to run.</summary>
public static class StagingRules
{
    /// <param name="named">What the user asked for; empty when staging is to find out.</param>
    public static StagingChoice Choose(ImmutableArray<string> named, BuildpackShelf shelf, string stack, bool hasProcfile) =>
        named.IsEmpty ? FindOut(shelf, stack, hasProcfile) : Take(named, shelf, stack);

    /// <summary>What the attempts of a staging run. Its environment is the app's, as tasks have it, but for what only a running app has.</summary>
    public static TaskSpec Spec(AppState app, DropletId build, string packageDigest, StagingPlan plan, int memoryMb, int diskMb, TaskPolicy policy, PlaceNames place, TimeSpan timeout)
    {
        var files = new DropletState { Lifecycle = Lifecycle.Bits };
        var environment = AppEnvironment.For(app, files, app.Environment, build.Value, memoryMb, diskMb, policy, place).SetItem("CF_STACK", policy.StackImage).SetItem("TMPDIR", "/tmp");
        return new TaskSpec(
            "staging",
            "",
            TaskRules.DropletUser,
            memoryMb,
            diskMb,
            LogBytesPerSecond: -1,
            build,
            new ContainerSource(policy.StackImage, packageDigest),
            environment,
            ContainerNetwork.Outbound,
            AttemptPolicy.Default,
            timeout)
        {
            Staging = plan,
            Segment = place.Segment,
            Egress = place.Egress,
        };
    }

    /// <summary>What is built in at the first place where it fits ends the search. The binary one fits only when it is asked for.</summary>
    private static StagingChoice FindOut(BuildpackShelf shelf, string stack, bool hasProcfile)
    {
        var before = shelf.All
            .TakeWhile(each => !(each is { IsBuiltIn: true, Name: Buildpacks.Procfile, IsEnabled: true } && hasProcfile))
            .Where(each => each is { IsBuiltIn: false, IsEnabled: true, IsReady: true } && (each.Stack is null || each.Stack == stack))
            .Select(each => new PlannedBuildpack(each.Name, each.Digest))
            .ToImmutableArray();
        var fits = hasProcfile && shelf.All.Any(each => each is { IsBuiltIn: true, Name: Buildpacks.Procfile, IsEnabled: true });
        return before.IsEmpty
            ? new StagingChoice.AsTheyAre(fits ? [Buildpacks.Procfile] : [])
            : new StagingChoice.InContainer(new StagingPlan(before, Detects: true) { OtherwiseAsTheyAre = fits });
    }

    private static StagingChoice Take(ImmutableArray<string> named, BuildpackShelf shelf, string stack)
    {
        var faults = Buildpacks.Faults(named, shelf.Names(stack))
            .Concat(named.Select(name => shelf.Named(name, stack)).OfType<BuildpackState>().SelectMany(Faults))
            .Distinct()
            .ToImmutableArray();
        if (!faults.IsEmpty)
        {
            return new StagingChoice.Refused(faults);
        }

        var planned = named.Select(name => new PlannedBuildpack(name, shelf.Named(name, stack)!.Digest)).ToImmutableArray();
        return planned.All(each => each.Digest is null) ? new StagingChoice.AsTheyAre(named) : new StagingChoice.InContainer(new StagingPlan(planned, Detects: false));
    }

    private static IEnumerable<string> Faults(BuildpackState buildpack)
    {
        if (!buildpack.IsEnabled)
        {
            yield return $"Buildpack \"{buildpack.Name}\" is disabled";
        }
        else if (!buildpack.IsReady)
        {
            yield return $"Buildpack \"{buildpack.Name}\" has no bits yet: upload its zip first (cf update-buildpack)";
        }
    }
}
