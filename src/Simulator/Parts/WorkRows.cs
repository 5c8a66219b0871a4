using System.Collections.Immutable;
using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Instances;
using Granary.Core.Placement;
using Granary.Core.Tasks;

namespace Granary.Simulator.Parts;

/// <summary>The row of a task or an instance, and the version that a write must name.</summary>
/// <param name="Queued">What placement needs of it while it waits.</param>
internal readonly record struct WorkRow(WorkState Work, long Version, QueuedWork? Queued);

/// <summary>The rows of tasks and instances with the indexes by which they are found: who waits, who holds a cell, who is due.</summary>
internal sealed class WorkRows(World world)
{
    private readonly Dictionary<Guid, WorkRow> rows = [];
    private readonly SortedSet<QueuedWork> queue = new(Comparer<QueuedWork>.Create(InOrder));
    private readonly Dictionary<CellId, SortedSet<Guid>> onCell = [];
    private readonly SortedSet<(DateTimeOffset At, Guid Work)> due = [];
    private readonly SortedSet<Guid> instances = [];

    public int UnfinishedTasks { get; private set; }

    public int Count => rows.Count;

    public IEnumerable<WorkState> All => rows.Values.Select(each => each.Work);

    public IEnumerable<TaskState> Tasks => All.OfType<TaskState>();

    public IEnumerable<InstanceState> Instances => instances.Select(each => (InstanceState)rows[each].Work);

    public WorkRow? Find(Guid work) => rows.TryGetValue(work, out var row) ? row : null;

    /// <summary>Oldest first.</summary>
    public QueuedWork[] Queue() => [.. queue];

    public int QueueLength => queue.Count;

    public ImmutableArray<WorkState> OnCell(CellId cell) => onCell.TryGetValue(cell, out var works) ? [.. works.Select(each => rows[each].Work)] : [];

    public int CountOn(CellId cell) => onCell.TryGetValue(cell, out var works) ? works.Count : 0;

    public ImmutableArray<Guid> Due(DateTimeOffset now, int max) => [.. due.TakeWhile(each => each.At <= now).Take(max).Select(each => each.Work)];

    /// <summary>How many instances of each process hold each cell.</summary>
    public IReadOnlyDictionary<CellId, Dictionary<ProcessKey, int>> InstancesOnCells()
    {
        var counts = new Dictionary<CellId, Dictionary<ProcessKey, int>>();
        foreach (var instance in Instances)
        {
            if (instance is { HoldsCell: true, Cell: { } cell, Process: { } process })
            {
                var here = counts.TryGetValue(cell, out var known) ? known : counts[cell] = [];
                here[process] = here.GetValueOrDefault(process) + 1;
            }
        }

        return counts;
    }

    /// <summary>Writes a row if it has the version that was read; 0 for a row that is not there yet.</summary>
    public bool Write(WorkState work, long version)
    {
        var before = Find(work.Work);
        if ((before?.Version ?? 0) != version && world.Rules.Omits != Omission.Version)
        {
            return false;
        }

        Unlist(before);
        List(work, (before?.Version ?? 0) + 1);
        UnfinishedTasks += IsUnfinishedTask(work) - IsUnfinishedTask(before?.Work);
        if (world.Log.IsKept)
        {
            world.Tell(Database.Name, $"{World.Words(work)}: {(work.Story.Entries.IsEmpty ? "accepted" : work.Story.Entries[^1].Text)}");
        }

        return true;
    }

    /// <summary>Where the indexes are not what the rows say.</summary>
    public IEnumerable<string> Disagreements()
    {
        var works = All.ToArray();
        if (!queue.Select(each => each.Work).ToHashSet().SetEquals(works.Where(each => each.IsWaiting).Select(each => each.Work)))
        {
            yield return "the queue is not the rows that wait";
        }

        if (!due.SetEquals(works.Where(each => each.WakeAt is not null).Select(each => (each.WakeAt!.Value, each.Work))))
        {
            yield return "those who are due are not the rows that have a time to wake";
        }

        var holders = works.Where(each => each.HoldsCell).ToLookup(each => each.Cell!.Value, each => each.Work);
        foreach (var (cell, held) in onCell)
        {
            if (!held.SetEquals(holders[cell]))
            {
                yield return $"those on {cell} are not the rows that hold it";
            }
        }
    }

    private static int IsUnfinishedTask(WorkState? work) => work is TaskState { IsFinished: false } ? 1 : 0;

    private void List(WorkState work, long version)
    {
        var kept = work is TaskState { IsFinished: true } ended ? world.Ended(ended) : work;
        var queued = work.IsWaiting ? QueuedWork.Of(work) : null;
        rows[work.Work] = new WorkRow(kept, version, queued);
        if (queued is not null)
        {
            queue.Add(queued);
        }

        if (work.HoldsCell)
        {
            (onCell.TryGetValue(work.Cell!.Value, out var works) ? works : onCell[work.Cell.Value] = []).Add(work.Work);
        }

        if (work.WakeAt is { } at)
        {
            due.Add((at, work.Work));
        }

        if (work is InstanceState)
        {
            instances.Add(work.Work);
        }
    }

    private void Unlist(WorkRow? before)
    {
        if (before is not { Work: var work, Queued: var queued })
        {
            return;
        }

        if (queued is not null)
        {
            queue.Remove(queued);
        }

        if (work.HoldsCell)
        {
            onCell[work.Cell!.Value].Remove(work.Work);
        }

        if (work.WakeAt is { } at)
        {
            due.Remove((at, work.Work));
        }
    }

    private static int InOrder(QueuedWork left, QueuedWork right)
    {
        var order = left.CreatedAt.CompareTo(right.CreatedAt);
        order = order != 0 ? order : left.SequenceId.CompareTo(right.SequenceId);
        return order != 0 ? order : left.Work.CompareTo(right.Work);
    }
}
