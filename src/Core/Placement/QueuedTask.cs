using Granary.Core.Cells;
using Granary.Core.Tasks;

namespace Granary.Core.Placement;

/// <summary>A task that waits for a cell, as placement needs to know it.</summary>
/// <param name="Attempt">The number that the next attempt will have; a choice repeats it, so that a late choice is harmless.</param>
/// <param name="Wanted">What the attempt will reserve.</param>
/// <param name="CreatedAt">When the task was accepted: its place in the queue, whatever happened to it since.</param>
/// <param name="NotBefore">Not placed before this instant (backoff); null for at once.</param>
/// <param name="LastCell">The cell that declined it last: another one is preferred; null if none did.</param>
/// <param name="GivenBackAt">When it came back to the queue after an attempt; null for one that has had none.</param>
public sealed record QueuedTask(
    TaskId Task,
    int Attempt,
    CellCapacity Wanted,
    DateTimeOffset CreatedAt,
    int SequenceId,
    DateTimeOffset? NotBefore = null,
    CellId? LastCell = null,
    DateTimeOffset? GivenBackAt = null)
{
    /// <summary>From when on it has waited for nothing but room.</summary>
    public DateTimeOffset WaitsSince => NotBefore ?? GivenBackAt ?? CreatedAt;
}
