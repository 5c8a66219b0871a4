using System.Text.Json.Serialization;
using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Cells;

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
public sealed record TaskState : WorkState
{
    public TaskId Id { get; init; }

    /// <summary>The task's number within its app, from 1; gaps are possible, reuse is not.</summary>
    public int SequenceId { get; init; }

    /// <summary>Null only while <see cref="TaskPhase.Absent"/>.</summary>
    public TaskSpec? Spec { get; init; }

    public TaskPhase Phase { get; init; }

    public DateTimeOffset? DeadlineAt { get; init; }

    /// <summary>When it expires, while PENDING; null where it may wait for ever.</summary>
    public DateTimeOffset? PendingUntil { get; init; }

    /// <summary>Set while CANCELING.</summary>
    public StopCause? Stop { get; init; }

    /// <summary>Set when FAILED: a text that a user can act on.</summary>
    public string? FailureReason { get; init; }

    public Metadata Metadata { get; init; } = Metadata.Empty;

    [JsonIgnore]
    public bool IsFinished => Phase is TaskPhase.Succeeded or TaskPhase.Failed;

    /// <inheritdoc/>
    [JsonIgnore]
    public override Guid Work => Id.Value;

    /// <inheritdoc/>
    [JsonIgnore]
    public override AttemptSpec? Runs => Spec;

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool IsWaiting => Phase == TaskPhase.Pending;

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool IsRunning => Phase == TaskPhase.Running;

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool IsStopping => Phase == TaskPhase.Canceling;

    /// <inheritdoc/>
    [JsonIgnore]
    public override DateTimeOffset QueuedAt => CreatedAt;

    /// <inheritdoc/>
    [JsonIgnore]
    public override int QueueNumber => SequenceId;

    /// <summary>The cell of the attempt before, from the task's story: its row holds none while it waits.</summary>
    [JsonIgnore]
    public override CellId? AvoidedCell =>
        Story.Entries.LastOrDefault(each => each.Cell is not null && each.Attempt == Attempt) is { Cell: { } name } ? new CellId(name) : null;

    /// <summary>When the attempt before ended, from the story: its only entry without a cell. Other changes of the row, such as new labels, are none of the queue's business.</summary>
    [JsonIgnore]
    public override DateTimeOffset? GivenBackAt => Attempt == 0 ? null : Story.Entries.LastOrDefault(each => each.Cell is null && each.Attempt == Attempt)?.At;

    /// <inheritdoc/>
    [JsonIgnore]
    public override ProcessKey? Process => null;
}
