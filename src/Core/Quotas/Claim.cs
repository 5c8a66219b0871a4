using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Granary.Core.Apps;
using Granary.Core.Tasks;

namespace Granary.Core.Quotas;

/// <summary>What kind of thing takes something of a quota.</summary>
public enum ClaimKind
{
    Task,
    App,

    /// <summary>A build asks whether there is room to stage it, and takes nothing, as in Cloud Foundry.</summary>
    Build,
}

/// <summary>What a task, or a started app, takes of the quotas of its space and its organization.</summary>
/// <param name="Holder">The guid of the task or the app: there is one claim of each.</param>
/// <param name="At">When it was made, by the clock of the app.</param>
/// <param name="MemoryMb">In all.</param>
/// <param name="LargestMb">Of the largest process.</param>
/// <param name="LogBytesPerSecond">In all; what is unlimited counts for nothing here.</param>
/// <param name="IsLogUnlimited">Of any process.</param>
public sealed record Claim(Guid Holder, ClaimKind Kind, Guid Space, DateTimeOffset At, long MemoryMb, int LargestMb, int Instances, long LogBytesPerSecond, bool IsLogUnlimited)
{
    /// <summary>The states of tasks that take a share, as their rows have them.</summary>
    public static readonly ImmutableArray<string> TaskStates = [TaskMachine.Upper(TaskPhase.Pending), TaskMachine.Upper(TaskPhase.Running)];

    [JsonIgnore]
    public int Tasks => Kind == ClaimKind.Task ? 1 : 0;

    /// <summary>Whether it is listed, and counts for others.</summary>
    [JsonIgnore]
    public bool IsKept => Kind != ClaimKind.Build;

    public static Claim Of(DropletId build, Guid space, int memoryMb, DateTimeOffset at) => new(build.Value, ClaimKind.Build, space, at, memoryMb, memoryMb, 0, 0, false);

    public static Claim Of(TaskId task, Guid space, TaskSpec spec, DateTimeOffset at) => new(
        task.Value,
        ClaimKind.Task,
        space,
        at,
        spec.MemoryMb,
        spec.MemoryMb,
        0,
        Math.Max(spec.LogBytesPerSecond, 0),
        spec.LogBytesPerSecond < 0);

    /// <summary>A started app takes the larger of what its instances run with and what its next start would take, so that a restart surprises nobody. Null for one that is stopped.</summary>
    public static Claim? Of(AppState app, TaskPolicy policy, DateTimeOffset at)
    {
        if (app is not { Desired: DesiredState.Started, Release: { } release })
        {
            return null;
        }

        var claim = new Claim(app.Id.Value, ClaimKind.App, app.Space, at, 0, 0, 0, 0, false);
        foreach (var (type, instances) in AppProcesses.Wanted(app).Where(each => each.Value > 0))
        {
            var (now, next) = (release.Settings.GetValueOrDefault(type) ?? ProcessSettings.Default, AppProcesses.Of(app, type).Settings);
            var memoryMb = Math.Max(now.MemoryMb ?? policy.MemoryMb, next.MemoryMb ?? policy.MemoryMb);
            var (logNow, logNext) = (now.LogBytesPerSecond ?? policy.LogBytesPerSecond, next.LogBytesPerSecond ?? policy.LogBytesPerSecond);
            claim = claim with
            {
                MemoryMb = claim.MemoryMb + ((long)memoryMb * instances),
                LargestMb = Math.Max(claim.LargestMb, memoryMb),
                Instances = claim.Instances + instances,
                LogBytesPerSecond = claim.LogBytesPerSecond + (Math.Max(Math.Max(logNow, logNext), 0) * instances),
                IsLogUnlimited = claim.IsLogUnlimited || logNow < 0 || logNext < 0,
            };
        }

        return claim;
    }

    /// <summary>Whether it takes more of anything than another; than nothing, where that is null.</summary>
    public bool Exceeds(Claim? other) =>
        other is null
        || MemoryMb > other.MemoryMb
        || LargestMb > other.LargestMb
        || Instances > other.Instances
        || LogBytesPerSecond > other.LogBytesPerSecond
        || (IsLogUnlimited && !other.IsLogUnlimited);
}
