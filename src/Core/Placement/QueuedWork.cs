using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Cells;

namespace Granary.Core.Placement;

/// <summary>A task or an instance that waits for a cell, as placement needs to know it.</summary>
/// <param name="Work">The guid of the task or instance.</param>
/// <param name="Attempt">The number that the next attempt will have; a choice repeats it, so that a late choice is harmless.</param>
/// <param name="Wanted">What the attempt will reserve.</param>
/// <param name="CreatedAt">When it was first wanted: its place in the queue, whatever happened to it since.</param>
/// <param name="NotBefore">Not placed before this instant (backoff); null for at once.</param>
/// <param name="LastCell">The cell that declined it last: another one is preferred; null if none did.</param>
/// <param name="GivenBackAt">When it came back to the queue after an attempt; null for one that has had none.</param>
/// <param name="Process">The process whose instances are spread over cells; null for a task.</param>
/// <param name="Segment">The isolation segment whose cells take it; null for the shared one.</param>
public sealed record QueuedWork(
    Guid Work,
    int Attempt,
    CellCapacity Wanted,
    DateTimeOffset CreatedAt,
    int SequenceId,
    DateTimeOffset? NotBefore = null,
    CellId? LastCell = null,
    DateTimeOffset? GivenBackAt = null,
    ProcessKey? Process = null,
    string? Segment = null)
{
    /// <summary>What placement needs to know of a task or an instance that is PENDING.</summary>
    public static QueuedWork Of(WorkState work) => new(
        work.Work,
        work.Attempt + 1,
        new CellCapacity(work.Runs!.MemoryMb, work.Runs.DiskMb),
        work.QueuedAt,
        work.QueueNumber,
        work.NotBefore,
        work.AvoidedCell,
        work.GivenBackAt,
        work.Process,
        work.Runs.Segment);

    /// <summary>From when on it has waited for nothing but room.</summary>
    public DateTimeOffset WaitsSince => NotBefore ?? GivenBackAt ?? CreatedAt;
}
