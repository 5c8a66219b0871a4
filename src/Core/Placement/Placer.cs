using System.Collections.Immutable;
using Granary.Core.Apps;
using Granary.Core.Cells;

namespace Granary.Core.Placement;

/// <summary>
/// Decides which cell gets which waiting task or instance; "task" stands for both. Pure: same queue, cells and instant, same pass.
/// 1. Oldest first. A task goes to the cell with most free memory among those that have room (ties by name); one that declined it
///    last only if no other has room. An instance goes to the cell with fewest instances of its process, and only among those by memory.
/// 2. No cell is given more than it has free; what a pass gives away is no longer free for the rest of the pass.
/// 3. A younger task may pass an older one that fits nowhere, until the older has waited for <see cref="PlacementPolicy.KeepRoomAfter"/>.
///    From then on one cell takes nobody younger: the one that lacks least, among those whose whole capacity would hold the older.
///    What a kept cell lacks only falls, and the cell changes only for one that lacks less: so the oldest gets its room once what
///    runs there has ended.
/// 4. A task goes to cells of its isolation segment, and to no others; for it the others are not there.
/// 5. A task that no cell could ever hold keeps nobody up, and neither does one that backs off.
/// </summary>
public static class Placer
{
    /// <param name="queue">Oldest first.</param>
    /// <param name="cells">In any order, each name once.</param>
    /// <param name="now">The instant of the pass.</param>
    /// <param name="policy">Null for the default.</param>
    public static PlacementPass Place(IReadOnlyList<QueuedWork> queue, IReadOnlyCollection<CellSnapshot> cells, DateTimeOffset now, PlacementPolicy? policy = null)
    {
        policy ??= PlacementPolicy.Default;
        var rooms = cells.OrderBy(each => each.Id.Name, StringComparer.Ordinal).Select(each => new Room(each)).ToArray();
        var choices = ImmutableArray.CreateBuilder<PlacementChoice>();
        var waiting = ImmutableArray.CreateBuilder<QueuedWork>();
        var (smallest, nextAt) = Survey(queue, now);
        var isOpen = AnyHolds(rooms, smallest);
        foreach (var task in queue)
        {
            var room = isOpen && !IsBackingOff(task, now) ? Best(rooms, task) : null;
            if (room is not null)
            {
                room.Take(task);
                isOpen = AnyHolds(rooms, smallest);
                choices.Add(new PlacementChoice(task.Work, task.Attempt, room.Cell.Id));
                continue;
            }

            waiting.Add(task);
            if (isOpen && now - task.CreatedAt >= policy.KeepRoomAfter && !IsBackingOff(task, now) && Nearest(rooms, task) is { } kept)
            {
                kept.KeptFor = task.Work;
                isOpen = AnyHolds(rooms, smallest);
            }
        }

        return new PlacementPass(now, choices.ToImmutable(), waiting.ToImmutable(), nextAt, [.. rooms.Select(each => new CellAfterPass(each.Cell, each.Free, each.KeptFor))], policy);
    }

    /// <summary>Why one task would wait if it were alone in the queue; null if a cell has room for it.</summary>
    public static string? Explain(QueuedWork task, IReadOnlyCollection<CellSnapshot> cells, DateTimeOffset now)
    {
        var pass = Place([task], cells, now);
        return pass.Waiting.IsEmpty ? null : pass.Explain(task);
    }

    /// <summary>The least of memory and of disk that anybody wants now, so that a pass can stop when no cell has even that; and the next end of a backoff.</summary>
    private static (CellCapacity Smallest, DateTimeOffset? NextAt) Survey(IReadOnlyList<QueuedWork> queue, DateTimeOffset now)
    {
        var (memoryMb, diskMb) = (int.MaxValue, int.MaxValue);
        DateTimeOffset? nextAt = null;
        foreach (var task in queue)
        {
            if (!IsBackingOff(task, now))
            {
                memoryMb = Math.Min(memoryMb, task.Wanted.MemoryMb);
                diskMb = Math.Min(diskMb, task.Wanted.DiskMb);
            }
            else if (nextAt is null || task.NotBefore < nextAt)
            {
                nextAt = task.NotBefore;
            }
        }

        return (new CellCapacity(memoryMb, diskMb), nextAt);
    }

    private static bool AnyHolds(Room[] rooms, CellCapacity wanted) => Array.Exists(rooms, each => each.IsOpen && each.Free.Holds(wanted));

    private static bool IsBackingOff(QueuedWork task, DateTimeOffset now) => task.NotBefore > now;

    private static Room? Best(Room[] rooms, QueuedWork task)
    {
        Room? best = null;
        var bestRank = (IsLast: false, Beside: 0, Free: 0);
        foreach (var room in rooms)
        {
            if (!room.IsOpen || !room.Cell.Serves(task.Segment) || !room.Free.Holds(task.Wanted))
            {
                continue;
            }

            var rank = (IsLast: room.Cell.Id == task.LastCell, Beside: room.Beside(task.Process), Free: -room.Free.MemoryMb);
            if (best is null || rank.CompareTo(bestRank) < 0)
            {
                (best, bestRank) = (room, rank);
            }
        }

        return best;
    }

    private static Room? Nearest(Room[] rooms, QueuedWork task)
    {
        Room? nearest = null;
        var least = double.MaxValue;
        foreach (var room in rooms)
        {
            if (room.IsOpen && room.Cell.Serves(task.Segment) && room.Cell.Total.Holds(task.Wanted) && Lack(room.Free, task.Wanted) is var lack && lack < least)
            {
                (nearest, least) = (room, lack);
            }
        }

        return nearest;
    }

    /// <summary>The part of what is wanted that is not free, of memory or of disk, whichever lacks more.</summary>
    private static double Lack(CellCapacity free, CellCapacity wanted) =>
        Math.Max(Part(free.MemoryMb, wanted.MemoryMb), Part(free.DiskMb, wanted.DiskMb));

    private static double Part(int free, int wanted) => wanted <= free ? 0 : (wanted - (double)free) / wanted;

    /// <summary>A cell during a pass.</summary>
    private sealed class Room(CellSnapshot cell)
    {
        private readonly Dictionary<ProcessKey, int> given = [];

        public CellSnapshot Cell { get; } = cell;

        public CellCapacity Free { get; private set; } = cell.Free;

        public Guid? KeptFor { get; set; }

        public bool IsOpen => Cell.Takes && KeptFor is null;

        /// <summary>How many instances of a process hold the cell, with those of this pass.</summary>
        public int Beside(ProcessKey? process) => process is { } key ? given.GetValueOrDefault(key) + (Cell.Instances?.GetValueOrDefault(key) ?? 0) : 0;

        public void Take(QueuedWork task)
        {
            Free -= task.Wanted;
            if (task.Process is { } process)
            {
                given[process] = given.GetValueOrDefault(process) + 1;
            }
        }
    }
}
