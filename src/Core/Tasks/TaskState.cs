using System.Text.Json.Serialization;
using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Stories;

namespace Granary.Core.Tasks;

/// <summary>Why a stop was ordered.</summary>
public enum StopCause
{
    Cancelled,
    DeadlinePassed,
}

/// <summary>
/// The durable state of one task; the whole truth about it. <see cref="TaskInvariants"/> lists what always holds.
/// A fresh instance is a task that was never submitted.
/// </summary>
public sealed record TaskState
{
    public TaskId Id { get; init; }

    public AppId App { get; init; }

    /// <summary>The task's number within its app, from 1; gaps are possible, reuse is not.</summary>
    public int SequenceId { get; init; }

    /// <summary>Null only while <see cref="TaskPhase.Absent"/>.</summary>
    public TaskSpec? Spec { get; init; }

    public TaskPhase Phase { get; init; }

    /// <summary>The newest attempt; 0 before the first. While PENDING the next one will be one higher.</summary>
    public int Attempt { get; init; }

    /// <summary>The cell of the current attempt; set exactly while RUNNING or CANCELING.</summary>
    public CellId? Cell { get; init; }

    public AttemptCounters Counters { get; init; } = new();

    /// <summary>While PENDING: not placed before this instant (backoff); null when it may be placed at once.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>When somebody must look at this task again; null when only a report or its cell's comparison can move it.</summary>
    public DateTimeOffset? WakeAt { get; init; }

    public DateTimeOffset? DeadlineAt { get; init; }

    /// <summary>Set while CANCELING.</summary>
    public StopCause? Stop { get; init; }

    /// <summary>Set when FAILED: a text that a user can act on.</summary>
    public string? FailureReason { get; init; }

    /// <summary>The exit status of the newest attempt, once it has ended by itself or by our stop.</summary>
    public int? ExitCode { get; init; }

    public Metadata Metadata { get; init; } = Metadata.Empty;

    public Story Story { get; init; } = Story.Empty;

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    [JsonIgnore]
    public bool IsFinished => Phase is TaskPhase.Succeeded or TaskPhase.Failed;

    [JsonIgnore]
    public bool HoldsCell => Phase is TaskPhase.Running or TaskPhase.Canceling;

    /// <summary>The attempt that holds a cell now, or held one last.</summary>
    [JsonIgnore]
    public AttemptKey Key => new(Id.Value, Attempt);

    /// <summary>Whether it is this attempt that holds this cell.</summary>
    public bool IsHeldBy(AttemptKey attempt, CellId cell) => HoldsCell && Cell == cell && Key == attempt;
}
