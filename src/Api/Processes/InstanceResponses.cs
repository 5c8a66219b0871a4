using Granary.Api.Tasks;
using Granary.Api.Wire;
using Granary.Core;
using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Instances;
using Granary.Core.Runtime;
using Granary.Core.Tasks;

namespace Granary.Api.Processes;

/// <summary>Granary's own word on an instance.</summary>
/// <param name="Why">Why it is not up, in words; null when it is.</param>
internal sealed record InstanceWord(string? Why);

/// <summary>What an instance uses.</summary>
/// <param name="Time">When it was measured.</param>
/// <param name="Cpu">Cores that are busy with it, since it was measured last.</param>
internal sealed record InstanceUsage(string Time, double Cpu, long Mem, long Disk)
{
    public static InstanceUsage Of(AttemptUsage usage) => new(WireJson.Second(usage.At), Math.Round(usage.Cores, 6), usage.MemoryBytes, usage.DiskBytes);
}

/// <summary>One instance as the stats of a process show it.</summary>
/// <param name="State">RUNNING, STARTING, STOPPING, CRASHED or DOWN.</param>
/// <param name="Uptime">Seconds since the process is up; 0 when it is not.</param>
/// <param name="Details">Trouble in words; null when all goes its way, because cf says of every instance with details that it cannot be started.</param>
/// <param name="Usage">Empty where it is not up, and where its cell could not say in time.</param>
/// <param name="InstanceGuid">Of its newest run, as its program knows it.</param>
internal sealed record InstanceStats(
    string Type,
    int Index,
    string State,
    object Usage,
    string? Host,
    string? InstanceGuid,
    IReadOnlyList<object> InstancePorts,
    long Uptime,
    long? MemQuota,
    long? DiskQuota,
    long LogRateLimit,
    int FdsQuota,
    string? IsolationSegment,
    string? Details,
    InstanceWord Granary)
{
    private const long BytesPerMb = 1024 * 1024;

    public static InstanceStats Of(Process process, int index, InstanceState? instance, string? whyWaiting, AttemptUsage? usage, TaskPolicy policy, DateTimeOffset now)
    {
        var isWanted = index < Core.Apps.AppProcesses.Wanted(process.App).GetValueOrDefault(process.Type);
        var (state, why) = isWanted || instance is { HoldsCell: true } ? StateOf(instance, process.App.Release?.Version, whyWaiting, now) : ("DOWN", WhyNotWanted(process));
        return new InstanceStats(
            process.Type,
            index,
            state,
            usage is null ? new { } : InstanceUsage.Of(usage),
            instance?.Cell?.Name,
            instance is { HoldsCell: true } ? InstanceId.OfRun(instance.Key).ToString("D") : null,
            [],
            instance?.UpSince is { } up ? Math.Max(0, (long)(now - up).TotalSeconds) : 0,
            (instance?.Spec?.MemoryMb ?? process.Settings.MemoryMb ?? policy.MemoryMb) * BytesPerMb,
            (instance?.Spec?.DiskMb ?? process.Settings.DiskMb ?? policy.DiskMb) * BytesPerMb,
            instance?.Spec?.LogBytesPerSecond ?? process.Settings.LogBytesPerSecond ?? policy.LogBytesPerSecond,
            Limits.OpenFiles,
            instance?.Spec?.Segment,
            state == "CRASHED" || (state == "STARTING" && whyWaiting is not null) ? why : null,
            new InstanceWord(why));
    }

    private static (string State, string? Why) StateOf(InstanceState? instance, int? version, string? whyWaiting, DateTimeOffset now) => instance switch
    {
        { Phase: InstancePhase.Running } when instance.Spec!.Version != version => ("STOPPING", "it is of the start before"),
        { Phase: InstancePhase.Running, UpSince: not null } => ("RUNNING", null),
        { Phase: InstancePhase.Running } => ("STARTING", $"{instance.Cell} starts it"),
        { Phase: InstancePhase.Canceling } => ("STOPPING", instance.IsWanted ? "its next run follows" : null),
        { Phase: InstancePhase.Pending } => ("STARTING", (whyWaiting, instance.LastEnd) switch
        {
            (null, null) => "it waits for a cell",
            ({ } why, _) => $"it waits for a cell: {why}",
            (null, { } end) => $"it {end} and runs again",
        }),
        { Phase: InstancePhase.Succeeded or InstancePhase.Failed, WakeAt: { } wakeAt } =>
            ("CRASHED", $"crashed {instance.Crashes} times, last: {instance.LastEnd}; next run in {Math.Max(0, Math.Ceiling((wakeAt - now).TotalSeconds)):0} s"),
        _ => ("DOWN", "it does not know yet that it is wanted"),
    };

    private static string WhyNotWanted(Process process) => process.App.Desired == Core.Apps.DesiredState.Stopped ? "its app is stopped"
        : process.Command is null ? "its process has no command"
        : "it comes with the next start of its app";
}

/// <summary>An instance with its story: Granary's own.</summary>
/// <param name="Attempt">The newest attempt; 0 before the first.</param>
/// <param name="WhyWaiting">While PENDING: why no cell has taken it, in words; null when it is not known to wait.</param>
/// <param name="ExitCode">Of the newest attempt, once it has ended by itself or by our stop.</param>
/// <param name="LastEnd">How the newest run that ended by itself ended, in words.</param>
/// <param name="NextRunAt">While it waits after a crash: when it runs again.</param>
internal sealed record InstanceStoryResponse(
    string Guid,
    string AppGuid,
    string Type,
    int Index,
    string State,
    bool Wanted,
    string? WhyWaiting,
    int Attempt,
    string? Cell,
    string? UpSince,
    int? ExitCode,
    string? LastEnd,
    int Crashes,
    string? NextRunAt,
    AttemptCounters Counters,
    int? Version,
    string? Command,
    int? MemoryInMb,
    int? DiskInMb,
    long? LogRateLimitInBytesPerSecond,
    string? IsolationSegment,
    string CreatedAt,
    string UpdatedAt,
    IReadOnlyList<ShownEntry> Story,
    int StoryOmitted)
{
    public static InstanceStoryResponse Of(InstanceState instance, string? whyWaiting, bool showsCommand) => new(
        instance.Id.ToString(),
        instance.App.ToString(),
        instance.Type,
        instance.Index,
        InstanceMachine.Upper(instance.Phase),
        instance.IsWanted,
        whyWaiting,
        instance.Attempt,
        instance.Cell?.Name,
        Shown(instance.UpSince),
        instance.ExitCode,
        instance.LastEnd,
        instance.Crashes,
        instance.Phase is InstancePhase.Succeeded or InstancePhase.Failed ? Shown(instance.WakeAt) : null,
        instance.Counters,
        instance.Spec?.Version,
        showsCommand || instance.Spec?.Command is null ? instance.Spec?.Command : TaskStoryResponse.Hidden,
        instance.Spec?.MemoryMb,
        instance.Spec?.DiskMb,
        instance.Spec?.LogBytesPerSecond,
        instance.Spec is { } spec ? spec.Segment ?? CellSegment.Shared : null,
        WireJson.Instant(instance.CreatedAt),
        WireJson.Instant(instance.UpdatedAt),
        ShownEntry.All(instance.Story),
        instance.Story.Omitted);

    private static string? Shown(DateTimeOffset? at) => at is { } instant ? WireJson.Instant(instant) : null;
}
