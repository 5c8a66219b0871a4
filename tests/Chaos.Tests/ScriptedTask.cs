using System.Collections.Immutable;
using Granary.Core.Attempts;
using Granary.Core.Runtime;
using Granary.Core.Tasks;

namespace Granary.Chaos.Tests;

/// <summary>What a client does at some moment of a run: it submits a task whose end is known beforehand, through some silo.</summary>
/// <param name="Kind">A word for people.</param>
/// <param name="At">From the beginning of the run.</param>
/// <param name="Silo">The host whose silo is asked first, from 0.</param>
public sealed record ScriptedTask(Guid Id, string Kind, string Command, TimeSpan At, int Silo)
{
    /// <summary>The status with which each attempt ends that is left alone, by its number; the last holds for all later ones. None: it ends only when it is stopped.</summary>
    public ImmutableArray<int> Exits { get; init; } = [];

    /// <summary>How long an attempt lives at least that is left alone.</summary>
    public TimeSpan Lasts { get; init; }

    public int MemoryMb { get; init; } = 16;

    /// <summary>Its memory limit kills it.</summary>
    public bool RunsOutOfMemory { get; init; }

    public int? DeadlineSeconds { get; init; }

    public int RetriesMax { get; init; }

    public int LossesMax { get; init; } = AttemptPolicy.Default.LossesMax;

    public bool FailsOnLoss { get; init; }

    public bool HasNetwork { get; init; } = true;

    /// <summary>When it is cancelled, from its acceptance; null if it is not.</summary>
    public TimeSpan? CancelAfter { get; init; }

    /// <summary>The same submit is sent to another silo as well, at the same time.</summary>
    public bool IsRepeated { get; init; }

    /// <summary>By <c>Granary.Client</c>, not over HTTP.</summary>
    public bool ByClient { get; init; }

    /// <summary>The status of an attempt that is left alone; null if it does not end by itself.</summary>
    public int? ExitOf(int attempt) => Exits.IsEmpty ? null : Exits[Math.Min(attempt, Exits.Length) - 1];

    public TaskSubmission Submission() => new()
    {
        Command = Command,
        MemoryMb = MemoryMb,
        DiskMb = DiskMb,
        DeadlineSeconds = DeadlineSeconds,
        RetriesMax = RetriesMax,
        LossesMax = LossesMax,
        OnCellLoss = FailsOnLoss ? OnCellLoss.Fail : OnCellLoss.Move,
        Network = HasNetwork ? ContainerNetwork.Outbound : ContainerNetwork.None,
    };

    /// <summary>The same as the body of a request.</summary>
    public Dictionary<string, object> Body()
    {
        var wishes = new Dictionary<string, object>
        {
            ["guid"] = Id,
            ["retries_max"] = RetriesMax,
            ["losses_max"] = LossesMax,
            ["on_cell_loss"] = FailsOnLoss ? "fail" : "move",
            ["network"] = HasNetwork ? "outbound" : "none",
        };
        if (DeadlineSeconds is { } seconds)
        {
            wishes["deadline_in_seconds"] = seconds;
        }

        return new() { ["command"] = Command, ["memory_in_mb"] = MemoryMb, ["disk_in_mb"] = DiskMb, ["granary"] = wishes };
    }

    private const int DiskMb = 16;
}
