using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Placement;
using Granary.Simulator.Plans;

namespace Granary.Simulator.Parts;

/// <summary>
/// The placement grain of a silo; only that of the first silo that lives is asked. It reads the queue with each pass, and knows of cells what they said to it, less what it promised since.
/// </summary>
internal sealed class Placement(Silo silo)
{
    private static readonly TimeSpan SilentAfter = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan PromiseKept = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan AnswerMax = TimeSpan.FromSeconds(2);

    /// <summary>What comes in this time, in ms, is looked at together; in a large cluster a pass is more work, and more comes.</summary>
    private readonly double passEveryMs = silo.World.Hosts.Count > 100 ? 200 : 20;

    private readonly World world = silo.World;
    private readonly SortedDictionary<string, Known> cells = new(StringComparer.Ordinal);
    private readonly Dictionary<Guid, TimeSpan> placing = [];
    private bool isDue;

    /// <summary>A cell spoke.</summary>
    public void Hear(CellId cell, string? segment, CellLedger ledger, string? closedBy)
    {
        if (!cells.TryGetValue(cell.Name, out var known))
        {
            cells[cell.Name] = known = new Known(segment);
        }

        (known.Ledger, known.ClosedBy, known.HeardAt) = (ledger, closedBy, silo.Now);
        foreach (var attempt in known.Promised.Keys.Where(ledger.Entries.ContainsKey).ToArray())
        {
            known.Promised.Remove(attempt);
        }
    }

    /// <summary>The promise came to nothing: the cell declined it.</summary>
    public void Settle(CellId cell, AttemptKey attempt) => cells.GetValueOrDefault(cell.Name)?.Promised.Remove(attempt);

    /// <summary>Something changed that may help somebody who waits.</summary>
    public void Nudge()
    {
        if (!isDue)
        {
            isDue = true;
            silo.Later(passEveryMs / 2, passEveryMs, Pass);
        }
    }

    /// <summary>Why this one would wait if it were alone; null if a cell has room for it.</summary>
    public string? Explain(QueuedWork work) => Placer.Explain(work, [.. cells.Select(each => Snapshot(each.Key, each.Value, null, null))], silo.Host.WallClock);

    public void Pass()
    {
        isDue = false;
        if (world.Database.Works.QueueLength == 0)
        {
            return; // Known without a question: its cache is kept up by those who wait.
        }

        world.Database.Ask(
            silo,
            () => (Queue: world.Database.Works.Queue(), Instances: world.Database.Works.InstancesOnCells(), Ended: world.Database.Ended()),
            seen =>
            {
                var ended = seen.Ended.ToDictionary(each => each.Cell.Name, each => each.EndEvidence!);
                Place([.. seen.Queue.Where(each => !IsPlacing(each.Work))], [.. cells.Select(each => Snapshot(each.Key, each.Value, ended.GetValueOrDefault(each.Key), seen.Instances.GetValueOrDefault(new CellId(each.Key))))]);
            });
    }

    private bool IsPlacing(Guid work) => placing.TryGetValue(work, out var since) && silo.Now - since < AnswerMax;

    private void Place(QueuedWork[] queue, CellSnapshot[] snapshots)
    {
        if (queue.Length == 0)
        {
            return;
        }

        var wanted = queue.ToDictionary(each => each.Work, each => each.Wanted);
        var choices = world.Plan.Policies.Placement == PlacementStrategy.Pack
            ? Packing.Place(queue, snapshots, silo.Host.WallClock)
            : world.Rules.Place(queue, snapshots, silo.Host.WallClock, world.PlacementPolicy);
        foreach (var choice in choices)
        {
            var attempt = new AttemptKey(choice.Work, choice.Attempt);
            placing[choice.Work] = silo.Now;
            cells[choice.Cell.Name].Promised[attempt] = (wanted[choice.Work], silo.Now);
            silo.Desk.Tell(choice.Work, new News.Placed(choice.Attempt, choice.Cell), work =>
            {
                placing.Remove(choice.Work);
                if (!work.IsHeldBy(attempt, choice.Cell))
                {
                    Settle(choice.Cell, attempt);
                }
            });
        }
    }

    private CellSnapshot Snapshot(string name, Known known, string? lostBy, Dictionary<ProcessKey, int>? instances)
    {
        foreach (var (attempt, promise) in known.Promised.ToArray())
        {
            if (silo.Now - promise.At > PromiseKept)
            {
                known.Promised.Remove(attempt);
            }
        }

        var free = known.Promised.Values.Aggregate(known.Ledger.Free, (left, promise) => left - promise.Wanted);
        var whyNot = lostBy ?? (silo.Now - known.HeardAt > SilentAfter ? "nothing was heard of it" : known.ClosedBy);
        return new CellSnapshot(new CellId(name), known.Ledger.Total, free, whyNot is null, whyNot, instances, known.Segment);
    }

    private sealed class Known(string? segment)
    {
        public string? Segment => segment;

        public CellLedger Ledger { get; set; } = CellLedger.Of(default);

        public string? ClosedBy { get; set; }

        public TimeSpan HeardAt { get; set; }

        public Dictionary<AttemptKey, (CellCapacity Wanted, TimeSpan At)> Promised { get; } = [];
    }
}
