using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Runtime;

namespace Granary.Simulator.Parts;

/// <summary>Where a start stands; in memory only.</summary>
/// <param name="epoch">The lease's epoch under which it began.</param>
internal sealed class Start(long epoch, TimeSpan beganAt)
{
    public TimeSpan BeganAt => beganAt;

    public long Epoch => epoch;
}

/// <summary>An attempt that is kept: its end is told until it is written.</summary>
internal sealed class Kept
{
    /// <summary>Its work wants to know when its process runs.</summary>
    public bool IsToldUp { get; set; }

    /// <summary>An end is on its way, and not acknowledged.</summary>
    public bool IsTelling { get; set; }

    /// <summary>As it was found last.</summary>
    public Container? Container { get; set; }

    /// <summary>It runs, and its work knows what it wants to know.</summary>
    public bool IsQuiet => Container is { Phase: ContainerPhase.Running } && !IsToldUp;
}

/// <summary>
/// What a serving silo does with the attempts of its cell: starts at most once, adopts, fences, stops, and tells ends until they are written. Here: what it is ordered, and what it
/// finds. CellAttempts.Starts.cs: how one starts. CellAttempts.Ends.cs: how one ends.
/// </summary>
internal sealed partial class CellAttempts(Silo silo)
{
    private static readonly TimeSpan OrphanAge = TimeSpan.FromMinutes(10);

    private readonly World world = silo.World;
    private readonly Host host = silo.Host;
    private readonly Dictionary<AttemptKey, Start> starts = [];
    private readonly SortedDictionary<(Guid, int), Kept> kept = [];
    private readonly Dictionary<AttemptKey, TimeSpan> unknownSince = [];
    private bool speaksSoon;

    public CellLedger Ledger { get; private set; } = CellLedger.Of(silo.Host.Capacity);

    /// <summary>Why nothing is admitted; null while what fits is.</summary>
    public string? ClosedBy { get; private set; }

    /// <summary>Those that are kept.</summary>
    public IEnumerable<AttemptKey> All => kept.Keys.Select(each => new AttemptKey(each.Item1, each.Item2));

    public void Close(string? by)
    {
        if (ClosedBy != by)
        {
            ClosedBy = by;
            SpeakSoon();
        }
    }

    /// <summary>Tells placement what there is.</summary>
    public void Speak()
    {
        speaksSoon = false;
        if (silo.Serving.Phase == ServingPhase.Serving && host.Engine.IsUp && world.Leader() is { } leader)
        {
            var (ledger, closedBy) = (Ledger, ClosedBy);
            world.Network.Send(host.Name, leader.Host.Name, () => leader.Receive(() =>
            {
                leader.Placement!.Hear(host.Cell, host.Segment, ledger, closedBy);
                leader.Placement.Nudge();
            }));
        }
    }

    public void Order(AttemptEffect order)
    {
        switch (order)
        {
            case AttemptEffect.StartAttempt start when !IsKept(start.Attempt) && !starts.ContainsKey(start.Attempt) && host.NoteOf(start.Attempt) is null:
                var begun = starts[start.Attempt] = new Start(silo.Serving.LeaseEpoch, silo.Now);
                ReadRow(start.Attempt, work => Admit(start.Attempt, work, begun));
                break;
            case AttemptEffect.FindAttempt find:
                Look(find.Attempt);
                break;
            case AttemptEffect.StopAttempt stop:
                Stop(stop.Attempt, displacedBecause: null);
                break;
        }
    }

    /// <summary>Adoption: what there is, against what the rows say.</summary>
    public void Compare(long epoch, Action compared) => silo.Later(5, 60, () =>
    {
        if (!host.Probe())
        {
            return; // Looked at before anything is started: what ends later was not there before the first look.
        }

        if (world.Rules.Omits == Omission.Comparison)
        {
            compared();
            return;
        }

        var met = Met();
        world.Database.Ask(silo, () => (OnCell: world.Database.Works.OnCell(host.Cell), Rows: Array.ConvertAll(met, each => (Attempt: each, Work: world.Database.Works.Find(each.Work)?.Work))), answer =>
        {
            if (silo.Serving.LeaseEpoch != epoch)
            {
                return;
            }

            foreach (var (attempt, row) in answer.Rows)
            {
                if (!(starts.TryGetValue(attempt, out var start) && start.Epoch == epoch))
                {
                    Find(attempt, row);
                }
            }

            foreach (var work in answer.OnCell.Where(work => !met.Contains(work.Key) && !IsKept(work.Key)))
            {
                Find(work.Key, work);
            }

            compared();
            SpeakSoon();
        });
    });

    /// <summary>Wakes the work of each row on this cell that nobody here keeps: its order may have been lost.</summary>
    public void CompareRows()
    {
        if (silo.Serving.Phase != ServingPhase.Serving)
        {
            return;
        }

        foreach (var attempt in Met().Where(each => !IsKept(each) && !starts.ContainsKey(each)))
        {
            Look(attempt);
        }

        world.Database.Ask(silo, () => world.Database.Works.OnCell(host.Cell), rows =>
        {
            foreach (var work in rows.Where(work => !IsKept(work.Key) && !starts.ContainsKey(work.Key)))
            {
                silo.Tell(work.Work, new News.Woke());
            }
        });
    }

    /// <summary>Stops all, so that it can run elsewhere. What has no process yet is not started any more.</summary>
    public void DisplaceAll(string because)
    {
        foreach (var attempt in All.ToArray())
        {
            Stop(attempt, because);
        }
    }

    private bool IsKept(AttemptKey attempt) => kept.ContainsKey((attempt.Work, attempt.Number));

    private Kept Keep(AttemptKey attempt) => kept.TryGetValue((attempt.Work, attempt.Number), out var known) ? known : kept[(attempt.Work, attempt.Number)] = new Kept();

    private AttemptKey[] Met() => [.. host.Engine.Containers.Select(each => each.Attempt).Concat(host.Journal.Keys.Select(each => new AttemptKey(each.Item1, each.Item2)).Where(each => host.Engine.Find(each) is null))];

    private void ReadRow(AttemptKey attempt, Action<WorkState?> then) => world.Database.Ask(silo, () => world.Database.Works.Find(attempt.Work)?.Work, then);

    private void Count(CellLedger next)
    {
        if (!ReferenceEquals(Ledger, next))
        {
            Ledger = next;
            SpeakSoon();
        }
    }

    private void SpeakSoon()
    {
        if (!speaksSoon)
        {
            speaksSoon = true;
            silo.Later(5, 30, Speak);
        }
    }

    private void Look(AttemptKey attempt)
    {
        if (!IsKept(attempt) && !starts.ContainsKey(attempt))
        {
            ReadRow(attempt, row => Find(attempt, row));
        }
    }

    private void Find(AttemptKey attempt, WorkState? row)
    {
        if (IsKept(attempt) || !host.Engine.IsUp)
        {
            return;
        }

        starts.Remove(attempt);
        var note = host.NoteOf(attempt);
        switch (world.Rules.Compare(attempt, host.Cell, row, UnknownFor(attempt, row), OrphanAge))
        {
            case Finding.Leave:
                break;
            case Finding.Discard:
                Discard(attempt, MayHaveRunBeside(host.Engine.Find(attempt), note, row));
                break;
            case Finding.Adopt when note?.Report is not null:
                Keep(attempt);
                break;
            case Finding.Adopt when world.Rules.Omits == Omission.StartOnce && host.Engine.Find(attempt) is { Phase: ContainerPhase.Exited }:
                host.Engine.Remove(attempt);
                host.Forget(attempt);
                Order(new AttemptEffect.StartAttempt(host.Cell, attempt));
                break;
            case Finding.Adopt when host.Engine.Find(attempt) is { Phase: not ContainerPhase.Created } container:
                Adopt(attempt, row!, note, container);
                break;
            default:
                Fence(attempt, AttemptVerdict.WithoutProcess(attempt, host.Cell, note is { StartWasOrdered: true }, host.Engine.Find(attempt) is not null, isJournalWhole: true));
                break;
        }
    }

    private void Adopt(AttemptKey attempt, WorkState work, Note? note, Container container)
    {
        Count(Ledger.Reserve(attempt, new CellCapacity(work.Runs!.MemoryMb, work.Runs.DiskMb)));
        Keep(attempt).IsToldUp = work.Runs.IsToldUp;
        if (container.Phase == ContainerPhase.Running)
        {
            world.Witness.Adopted(attempt);
        }

        if (work.IsStopping)
        {
            Stop(attempt, displacedBecause: null); // Whoever adopts repeats the stops.
        }
        else if (note?.DisplacedBecause is { } because)
        {
            Stop(attempt, because);
        }
    }

    private TimeSpan UnknownFor(AttemptKey attempt, WorkState? row)
    {
        if (row is not null && row.Attempt >= attempt.Number)
        {
            unknownSince.Remove(attempt);
            return TimeSpan.Zero;
        }

        unknownSince.TryAdd(attempt, silo.Now);
        return silo.Now - unknownSince[attempt];
    }
}
