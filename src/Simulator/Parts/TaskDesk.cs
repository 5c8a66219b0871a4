using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Leases;
using Granary.Core.Placement;
using Granary.Core.Tasks;

namespace Granary.Simulator.Parts;

/// <summary>
/// Where task grains run: load, decide, save, act. Any silo may do it for any task at any time, and two may do it at once: only the row's version
/// decides. After a write that fails, or whose answer never comes, nothing more is done on that memory.
/// </summary>
internal sealed class TaskDesk(Silo silo)
{
    private readonly World world = silo.World;

    /// <param name="event">Made at the time of the decision.</param>
    /// <param name="acknowledged">Called when what was decided is durable, or nothing had to change.</param>
    public void Tell(TaskId id, Func<DateTimeOffset, TaskEvent> @event, Action<TaskState>? acknowledged = null) => world.Database.Ask(silo, () => world.Database.Task(id.Value), row =>
    {
        var before = row?.Task ?? new TaskState();
        var decision = TaskMachine.Decide(before, @event(World.Instant(world.Agenda.Now)));
        world.Require(TaskInvariants.Check(before, decision));
        if (!decision.Changes)
        {
            Act(decision.Effects);
            acknowledged?.Invoke(before);
            return;
        }

        world.Database.Ask(silo, () => world.Database.Write(decision.Next, row?.Version ?? 0), isWritten =>
        {
            if (isWritten)
            {
                Act(decision.Effects);
                acknowledged?.Invoke(decision.Next);
            }
        });
    });

    /// <summary>The safety net and the queue: what is due, whose cell is lost, who waits for a cell.</summary>
    public void Sweep()
    {
        if (world.Settings.Sabotage == Sabotage.LeaseBeforeRows)
        {
            world.Database.Ask(silo, Leases, leases => silo.Later(0, 800, () => world.Database.Ask(silo, world.Database.Unfinished, rows => Sweep([.. rows], leases))));
            return;
        }

        world.Database.Ask(silo, world.Database.Unfinished, rows => silo.Later(0, 200, () => world.Database.Ask(silo, Leases, leases => Sweep([.. rows], leases))));
    }

    private (Dictionary<CellId, LeaseState> Leases, CellSnapshot[] Cells) Leases() => (world.Database.Leases.ToDictionary(each => each.Cell), [.. world.Database.Cells()]);

    private void Sweep(TaskRow[] rows, (Dictionary<CellId, LeaseState> Leases, CellSnapshot[] Cells) seen)
    {
        var now = World.Instant(world.Agenda.Now);
        foreach (var task in rows.Select(row => row.Task))
        {
            if (task is { HoldsCell: true, Cell: { } cell } && seen.Leases.TryGetValue(cell, out var lease) && lease.EndEvidence is { } evidence)
            {
                Tell(task.Id, at => new TaskEvent.Reported(at, new AttemptReport.Lost(task.Attempt, evidence)));
            }
            else if (task.WakeAt <= now)
            {
                Tell(task.Id, at => new TaskEvent.Woke(at));
            }
        }

        var queue = rows.Select(row => row.Task).Where(task => task.Phase == TaskPhase.Pending).OrderBy(task => task.CreatedAt).ThenBy(task => task.SequenceId)
            .Select(task => QueuedWork.Of(task));
        foreach (var choice in Placer.Place([.. queue], seen.Cells, now).Choices)
        {
            Tell(new TaskId(choice.Work), at => new TaskEvent.Placed(at, choice.Attempt, choice.Cell));
        }
    }

    private void Act(IEnumerable<AttemptEffect> effects)
    {
        foreach (var effect in effects)
        {
            CellId? cell = effect switch
            {
                AttemptEffect.StartAttempt start => start.Cell,
                AttemptEffect.FindAttempt find => find.Cell,
                AttemptEffect.StopAttempt stop => stop.Cell,
                _ => null, // The sweep finds who is in the queue.
            };
            if (cell is { } name)
            {
                var host = world.Hosts.Single(each => each.Cell == name);
                world.Network.Send(silo.Host.Name, host.Name, () => host.LockOwner?.Receive(() => host.LockOwner?.Order(effect)));
            }
        }
    }
}
