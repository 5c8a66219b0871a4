using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Runtime;
using Granary.Core.Tasks;

namespace Granary.Simulator.Parts;

/// <summary>Where a start stands; in memory only.</summary>
internal sealed class Start(long epoch, TimeSpan beganAt)
{
    public TimeSpan BeganAt => beganAt;

    /// <summary>The lease's epoch under which it began.</summary>
    public long Epoch => epoch;
}

/// <summary>What a serving silo does with the attempts of its cell: starts at most once, adopts, fences, stops, and tells ends until they are written.</summary>
internal sealed class CellAttempts(Silo silo)
{
    private static readonly TimeSpan OrphanAge = TimeSpan.FromMinutes(10);

    private readonly World world = silo.World;
    private readonly Host host = silo.Host;
    private readonly Dictionary<AttemptKey, Start> starts = [];
    private readonly HashSet<AttemptKey> kept = [];
    private readonly HashSet<AttemptKey> telling = [];
    private readonly Dictionary<AttemptKey, TimeSpan> unknownSince = [];

    public CellLedger Ledger { get; private set; } = CellLedger.Of(silo.Host.Capacity);

    public void Order(AttemptEffect order)
    {
        switch (order)
        {
            case AttemptEffect.StartAttempt start when !kept.Contains(start.Attempt) && !starts.ContainsKey(start.Attempt) && host.NoteOf(start.Attempt) is null:
                var begun = starts[start.Attempt] = new Start(silo.Serving.LeaseEpoch, silo.Clock);
                ReadRow(start.Attempt, task => Admit(start.Attempt, task, begun));
                break;
            case AttemptEffect.FindAttempt find:
                Look(find.Attempt);
                break;
            case AttemptEffect.StopAttempt stop:
                Stop(stop.Attempt);
                break;
        }
    }

    /// <summary>Adoption: what there is, against what the rows say.</summary>
    public void Compare(long epoch, Action compared) => silo.Later(5, 60, () =>
    {
        if (!host.Engine.IsUp)
        {
            return;
        }

        var met = Met();
        world.Database.Ask(silo, () => (OnCell: world.Database.OnCell(host.Cell), Rows: met.ToDictionary(each => each, each => world.Database.Task(each.Work)?.Task)), answer =>
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

            foreach (var task in answer.OnCell.Where(task => !answer.Rows.ContainsKey(task.Key) && !kept.Contains(task.Key)))
            {
                Find(task.Key, task);
            }

            compared();
        });
    });

    /// <summary>Wakes the task of each row on this cell that nobody here keeps: its order may have been lost.</summary>
    public void CompareRows()
    {
        if (silo.Serving.Phase != ServingPhase.Serving)
        {
            return;
        }

        foreach (var attempt in Met().Where(each => !kept.Contains(each) && !starts.ContainsKey(each)))
        {
            Look(attempt);
        }

        world.Database.Ask(silo, () => world.Database.OnCell(host.Cell), rows =>
        {
            foreach (var task in rows.Where(task => !kept.Contains(task.Key) && !starts.ContainsKey(task.Key)))
            {
                silo.Desk.Tell(task.Id, at => new TaskEvent.Woke(at));
            }
        });
    }

    /// <summary>Looks at what is kept: ends are noted, and told until they are written.</summary>
    public void Work()
    {
        if (silo.Serving.Phase is ServingPhase.Waiting)
        {
            return;
        }

        foreach (var attempt in starts.Where(each => silo.Clock - each.Value.BeganAt > TimeSpan.FromSeconds(3)).Select(each => each.Key).ToArray())
        {
            if (host.NoteOf(attempt) is null)
            {
                starts.Remove(attempt);
            }
            else
            {
                Fence(attempt, new AttemptReport.Declined(attempt.Number, "an answer that its start needs never came"));
            }
        }

        foreach (var attempt in kept.ToArray())
        {
            var note = host.NoteFor(attempt);
            if (note.Report is null && host.Engine.IsUp)
            {
                See(attempt, note);
            }

            if (note.Report is { } report && telling.Add(attempt))
            {
                silo.Desk.Tell(new TaskId(attempt.Work), at => new TaskEvent.Reported(at, report), task => Discard(attempt, AttemptVerdict.MayHaveRunBeside(report, task.Attempt)));
                silo.Later(800, 1200, () =>
                {
                    if (world.Settings.Sabotage != Sabotage.NoRepeat)
                    {
                        telling.Remove(attempt);
                    }
                });
            }
        }
    }

    private AttemptKey[] Met() => [.. host.Engine.Containers.Select(each => each.Attempt).Union(host.Journal.Keys.Select(each => new AttemptKey(each.Item1, each.Item2)))];

    private void ReadRow(AttemptKey attempt, Action<TaskState?> then) => world.Database.Ask(silo, () => world.Database.Task(attempt.Work)?.Task, then);

    private bool Holds(TaskState? task, AttemptKey attempt) => task?.IsHeldBy(attempt, host.Cell) == true;

    private bool IsCurrent(AttemptKey attempt, Start start) => starts.TryGetValue(attempt, out var current) && current == start;

    private void Admit(AttemptKey attempt, TaskState? task, Start start)
    {
        if (!IsCurrent(attempt, start) || host.NoteOf(attempt) is not null)
        {
            return;
        }

        if (!Holds(task, attempt) || task!.Phase != TaskPhase.Running)
        {
            starts.Remove(attempt);
            return;
        }

        (Ledger, var reason) = Ledger.Admit(attempt, new CellCapacity(task.Spec!.MemoryMb, task.Spec.DiskMb));
        if (reason is not null)
        {
            Fence(attempt, new AttemptReport.Declined(attempt.Number, reason));
            return;
        }

        host.NoteFor(attempt);
        silo.Later(5, 80, () =>
        {
            if (!host.Engine.IsUp)
            {
                Fence(attempt, new AttemptReport.Declined(attempt.Number, "its engine does not answer"));
                return;
            }

            host.Engine.Create(attempt);
            ReadRow(attempt, row => Launch(attempt, row, start));
        });
    }

    private void Launch(AttemptKey attempt, TaskState? row, Start start)
    {
        var note = host.NoteFor(attempt);
        if (note.IsFenced || note.StartWasOrdered || !IsCurrent(attempt, start))
        {
            return;
        }

        if (!Holds(row, attempt) || row!.Phase != TaskPhase.Running || !silo.MayStart(start.Epoch))
        {
            Fence(attempt, new AttemptReport.Declined(attempt.Number, "it was not wanted any more, or the lease ran out"));
            return;
        }

        note.StartWasOrdered = true;
        starts.Remove(attempt);
        kept.Add(attempt);
        var pending = new PendingStart(silo);
        host.Starts[attempt] = pending;
        silo.Later(0, 3, () =>
        {
            pending.IsSent = true;
            world.Agenda.After(world.Chance.Milliseconds(1, 150), () =>
            {
                pending.IsSent = false;
                host.Starts.Remove(attempt);
                host.Engine.Start(attempt);
            });
        });
    }

    private void Look(AttemptKey attempt)
    {
        if (!kept.Contains(attempt) && !starts.ContainsKey(attempt))
        {
            ReadRow(attempt, row => Find(attempt, row));
        }
    }

    private void Find(AttemptKey attempt, TaskState? row)
    {
        if (kept.Contains(attempt) || !host.Engine.IsUp)
        {
            return;
        }

        starts.Remove(attempt);
        var note = host.NoteOf(attempt);
        switch (Comparison.Of(attempt, host.Cell, row, UnknownFor(attempt, row), OrphanAge, isOnHold: false))
        {
            case Finding.Leave:
                break;
            case Finding.Discard:
                Discard(attempt, note?.Report is null && MayHaveRunBeside(host.Engine.Find(attempt), note));
                break;
            case Finding.Adopt when note?.Report is not null:
                kept.Add(attempt);
                break;
            case Finding.Adopt when world.Settings.Sabotage == Sabotage.StartsTwice && host.Engine.Find(attempt) is { Phase: ContainerPhase.Exited }:
                host.Engine.Remove(attempt);
                host.Forget(attempt);
                Order(new AttemptEffect.StartAttempt(host.Cell, attempt));
                break;
            case Finding.Adopt when host.Engine.Find(attempt) is { Phase: not ContainerPhase.Created }:
                Ledger = Ledger.Reserve(attempt, new CellCapacity(row!.Spec!.MemoryMb, row.Spec.DiskMb));
                kept.Add(attempt);
                if (row.Phase == TaskPhase.Canceling)
                {
                    Stop(attempt); // Whoever adopts repeats the stops.
                }

                break;
            default:
                Fence(attempt, AttemptVerdict.WithoutProcess(attempt, host.Cell, note is { StartWasOrdered: true }, host.Engine.Find(attempt) is not null, isJournalWhole: true));
                break;
        }
    }

    private TimeSpan UnknownFor(AttemptKey attempt, TaskState? row)
    {
        if (row is not null && row.Attempt >= attempt.Number)
        {
            unknownSince.Remove(attempt);
            return TimeSpan.Zero;
        }

        unknownSince.TryAdd(attempt, silo.Clock);
        return silo.Clock - unknownSince[attempt];
    }

    /// <summary>The number can never start here any more; what there was of it is removed before that is said.</summary>
    private void Fence(AttemptKey attempt, AttemptReport report)
    {
        starts.Remove(attempt);
        var note = host.NoteFor(attempt);
        note.IsFenced = true;
        silo.Later(2, 40, () =>
        {
            if (host.Engine.IsUp)
            {
                host.Engine.Remove(attempt);
                note.Report ??= report;
            }

            kept.Add(attempt);
        });
    }

    private void Stop(AttemptKey attempt)
    {
        Look(attempt);
        if (host.NoteOf(attempt) is not { Report: null } note || !kept.Contains(attempt))
        {
            return;
        }

        note.StopOrderedAt ??= world.Agenda.Now;
        silo.Later(5, 1500, () =>
        {
            if (host.Engine.IsUp && !host.Engine.IsFrozen && host.Engine.Find(attempt) is { Phase: ContainerPhase.Running } container)
            {
                host.Engine.End(container, EndCause.OurStop, 143);
            }
        });
    }

    private void See(AttemptKey attempt, Note note)
    {
        var container = host.Engine.Find(attempt);
        if (container is null or { Phase: ContainerPhase.Created })
        {
            if (!host.Starts.ContainsKey(attempt))
            {
                host.Engine.Remove(attempt);
                note.IsFenced = true;
                note.Report = new AttemptReport.Lost(attempt.Number, "whether it was started is not known, and it does not run");
            }
        }
        else if (container.Phase == ContainerPhase.Exited)
        {
            note.Report = AttemptVerdict.OfEnd(attempt, host.Cell, EndOf(container, note));
        }
    }

    private static bool MayHaveRunBeside(Container? container, Note? note) => AttemptVerdict.MayHaveRunBeside(
        container?.Phase == ContainerPhase.Running,
        container?.Phase == ContainerPhase.Exited ? EndOf(container, note) : null);

    private static ProcessEnd EndOf(Container container, Note? note) => new(
        container.ExitCode,
        false,
        World.Instant(container.StartedAt),
        World.Instant(container.EndedAt),
        container.Cause == EndCause.TheEngine ? "it ended while its engine was stopping or starting" : null,
        InWorld(note?.KilledAt),
        InWorld(note?.StopOrderedAt));

    private static DateTimeOffset? InWorld(TimeSpan? time) => time is { } at ? World.Instant(at) : null;

    /// <summary>What may have run on beside its successor is told before the last trace of it goes.</summary>
    private void Discard(AttemptKey attempt, bool mayHaveRunBeside)
    {
        if (mayHaveRunBeside || host.NoteOf(attempt) is { Outlived: true })
        {
            silo.Desk.Tell(new TaskId(attempt.Work), at => new TaskEvent.Outlived(at, attempt.Number, host.Cell), _ => Clear(attempt));
        }
        else
        {
            Clear(attempt);
        }
    }

    private void Clear(AttemptKey attempt) => silo.Later(2, 40, () =>
    {
        if (host.Engine.IsUp)
        {
            host.Engine.Remove(attempt);
            host.Forget(attempt);
            kept.Remove(attempt);
            Ledger = Ledger.Release(attempt);
        }
    });
}
