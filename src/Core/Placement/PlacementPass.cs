using System.Collections.Immutable;
using System.Globalization;
using Granary.Core.Cells;

namespace Granary.Core.Placement;

/// <summary>A cell for the next attempt of a task or an instance.</summary>
public sealed record PlacementChoice(Guid Work, int Attempt, CellId Cell);

/// <summary>A cell as a pass left it.</summary>
/// <param name="Free">What is free once every choice of the pass is admitted.</param>
/// <param name="KeptFor">The guid of the task or instance for which its room is kept; null if it is open to all.</param>
public sealed record CellAfterPass(CellSnapshot Cell, CellCapacity Free, Guid? KeptFor);

/// <summary>One look at the whole queue: who goes where, and why the others wait.</summary>
/// <param name="At">The instant of the pass.</param>
/// <param name="Choices">Oldest first.</param>
/// <param name="Waiting">Those that got no cell, oldest first. <see cref="Explain"/> says why; the words are made only when somebody asks.</param>
/// <param name="NextAt">When the next backoff ends; null when nobody backs off. What else can help who waits is news of a cell.</param>
/// <param name="Cells">By name.</param>
public sealed record PlacementPass(
    DateTimeOffset At,
    ImmutableArray<PlacementChoice> Choices,
    ImmutableArray<QueuedWork> Waiting,
    DateTimeOffset? NextAt,
    ImmutableArray<CellAfterPass> Cells,
    PlacementPolicy Policy)
{
    /// <summary>Why one of this queue got no cell: a reason for each cell. Same pass and work, same words.</summary>
    public string Explain(QueuedWork work)
    {
        if (work.NotBefore > At)
        {
            return string.Create(CultureInfo.InvariantCulture, $"it backs off until {work.NotBefore.Value.UtcDateTime:yyyy-MM-dd HH:mm:ss.fff}Z");
        }

        if (Cells.IsEmpty)
        {
            return "no cell is known";
        }

        var segment = Cells.Where(each => each.Cell.Serves(work.Segment)).ToArray();
        if (segment.Length == 0)
        {
            return $"no known cell is of the {CellSegment.Words(work.Segment)}";
        }

        var reasons = string.Join("; ", segment.Take(Policy.CellsNamedMax).Select(each => Reason(each, work)));
        var rest = segment.Length - Policy.CellsNamedMax;
        var text = rest > 0 ? $"{reasons}; and {rest} more" : reasons;
        var isTooLarge = segment.All(each => each.Cell.Takes && !each.Cell.Total.Holds(work.Wanted));
        return isTooLarge ? $"no cell is large enough: {text}" : text;
    }

    private static string Reason(CellAfterPass after, QueuedWork work)
    {
        var cell = after.Cell;
        // A cell that takes nothing may not have been asked for its size yet.
        if (!cell.Takes)
        {
            return $"{cell.Id} takes nothing: {cell.WhyNot ?? "it does not say why"}";
        }

        if (!cell.Total.Holds(work.Wanted))
        {
            return $"{cell.Id} has {cell.Total} in all, and {work.Wanted} is needed";
        }

        if (after.KeptFor is { } kept && kept != work.Work)
        {
            return $"{cell.Id} keeps its room for an older task";
        }

        return (work.Wanted.MemoryMb > after.Free.MemoryMb, work.Wanted.DiskMb > after.Free.DiskMb) switch
        {
            (true, true) => $"{cell.Id} has {Memory(after)} and {Disk(after)} free",
            (true, false) => $"{cell.Id} has {Memory(after)} free",
            (false, true) => $"{cell.Id} has {Disk(after)} free",
            (false, false) => $"{cell.Id} has room: it comes next",
        };
    }

    private static string Memory(CellAfterPass after) => $"{after.Free.MemoryMb} MB of {after.Cell.Total.MemoryMb} MB memory";

    private static string Disk(CellAfterPass after) => $"{after.Free.DiskMb} MB of {after.Cell.Total.DiskMb} MB disk";
}
