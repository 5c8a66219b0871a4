using Granary.Core.Attempts;
using Granary.Core.Cells;

namespace Granary.Simulator.Parts;

/// <summary>How an attempt starts: admitted by the ledger, noted, and told to the engine only while row and lease allow it.</summary>
internal sealed partial class CellAttempts
{
    private static readonly TimeSpan StartMax = TimeSpan.FromSeconds(3);

    private bool IsCurrent(AttemptKey attempt, Start start) => starts.TryGetValue(attempt, out var current) && current == start;

    private bool IsWanted(WorkState? work, AttemptKey attempt) => work is { IsRunning: true } && work.IsHeldBy(attempt, host.Cell);

    private void Admit(AttemptKey attempt, WorkState? work, Start start)
    {
        if (!IsCurrent(attempt, start) || host.NoteOf(attempt) is not null)
        {
            return;
        }

        if (!IsWanted(work, attempt))
        {
            starts.Remove(attempt);
            return;
        }

        var (ledger, reason) = !world.Rules.IsOfSegment(host.Segment, work!.Runs!.Segment) ? (Ledger, $"the cell is of the {CellSegment.Words(host.Segment)}")
            : ClosedBy is null ? world.Rules.Admit(Ledger, attempt, new CellCapacity(work.Runs.MemoryMb, work.Runs.DiskMb)) : (Ledger, ClosedBy);
        if (reason is not null)
        {
            Fence(attempt, new AttemptReport.Declined(attempt.Number, reason));
            return;
        }

        Count(ledger);
        host.NoteFor(attempt);
        Engine(5, 80, () =>
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

    private void Launch(AttemptKey attempt, WorkState? row, Start start)
    {
        if (host.NoteOf(attempt) is not { IsFenced: false, StartWasOrdered: false } note || !(IsCurrent(attempt, start) || world.Rules.Omits == Omission.Fence))
        {
            return;
        }

        if (!IsWanted(row, attempt) || ClosedBy is not null || !silo.MayStart(start.Epoch))
        {
            Fence(attempt, new AttemptReport.Declined(attempt.Number, ClosedBy ?? "it was not wanted any more, or the lease ran out"));
            return;
        }

        note.StartWasOrdered = true;
        starts.Remove(attempt);
        Keep(attempt).IsToldUp = row!.Runs!.IsToldUp;
        var pending = new PendingStart(silo);
        host.Starts[attempt] = pending;
        silo.Later(0, 3, () =>
        {
            pending.IsSent = true;
            world.Agenda.After(world.Chance.Milliseconds(1, 150) + host.Engine.Delay(), () =>
            {
                pending.IsSent = false;
                if (host.Starts.GetValueOrDefault(attempt) == pending)
                {
                    host.Starts.Remove(attempt);
                }

                host.Engine.Start(attempt);
            });
        });
    }

    /// <summary>A start that waits for an answer that never comes.</summary>
    private void GiveUpSlowStarts()
    {
        foreach (var attempt in starts.Where(each => silo.Now - each.Value.BeganAt > StartMax).Select(each => each.Key).OrderBy(each => (each.Work, each.Number)).ToArray())
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
    }

    private void Engine(double minMs, double maxMs, Action action)
    {
        var delay = host.Engine.Delay();
        silo.Later(minMs + delay.TotalMilliseconds, maxMs + delay.TotalMilliseconds, action);
    }
}
