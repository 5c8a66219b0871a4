using System.Collections.Immutable;
using Granary.Core;
using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Instances;
using Granary.Core.Tasks;

namespace Granary.Simulator.Parts;

/// <summary>
/// Where the grains of tasks, instances and apps run: load, decide, save, act. Any silo that carries grains may do it for any of them at any time, and two may do it at once: only
/// the row's version decides. After a write that fails, or whose answer never comes, nothing more is done on that memory.
/// </summary>
internal sealed class WorkDesk(Silo silo)
{
    private readonly World world = silo.World;

    private DateTimeOffset Clock => silo.Host.WallClock;

    public void Tell(Guid work, News news, Action<WorkState>? acknowledged = null)
    {
        if (InstanceId.Is(work))
        {
            Tell(new InstanceId(work), news.ForInstance, acknowledged);
        }
        else
        {
            Tell(new TaskId(work), news.ForTask, acknowledged);
        }
    }

    /// <param name="event">Made at the time of the decision.</param>
    /// <param name="acknowledged">Called when what was decided is durable, or nothing had to change.</param>
    public void Tell(TaskId id, Func<DateTimeOffset, TaskEvent> @event, Action<TaskState>? acknowledged = null) =>
        Load(id.Value, () => new TaskState(), task => world.Rules.Task(task, @event(Clock)), TaskInvariants.Check, acknowledged);

    public void Tell(InstanceId id, Func<DateTimeOffset, InstanceEvent> @event, Action<InstanceState>? acknowledged = null) =>
        Load(id.Value, () => new InstanceState(), instance => world.Rules.Instance(instance, @event(Clock)), InstanceInvariants.Check, acknowledged);

    public void Tell(AppId id, Func<DateTimeOffset, AppEvent> @event, Action<AppState>? acknowledged = null) => world.Database.Ask(silo, () => world.Database.App(id), row =>
    {
        var told = @event(Clock);
        var decision = world.Rules.App(row.App, told);
        world.Require(AppInvariants.Check(row.App, decision));
        Save(decision.Changes, () => world.Database.Write(decision.Next, row.Version), () =>
        {
            foreach (var tell in decision.Effects.OfType<AppEffect.TellInstances>())
            {
                TellInstances(decision.Next, tell.Revision);
            }

            acknowledged?.Invoke(decision.Next);
        });
    });

    private void Load<TState>(Guid work, Func<TState> absent, Func<TState, Decision<TState, AttemptEffect>> decide, Func<TState, Decision<TState, AttemptEffect>, ImmutableArray<string>> broken, Action<TState>? acknowledged)
        where TState : WorkState => world.Database.Ask(silo, () => world.Database.Works.Find(work), row =>
    {
        var before = (TState?)row?.Work ?? absent();
        var decision = decide(before);
        world.Require(broken(before, decision));
        if (world.Rules.Omits == Omission.SaveFirst)
        {
            Act(decision.Effects);
        }

        Save(decision.Changes, () => world.Database.Works.Write(decision.Next, row?.Version ?? 0), () =>
        {
            Act(world.Rules.Omits == Omission.SaveFirst ? [] : decision.Effects);
            acknowledged?.Invoke(decision.Next);
        });
    });

    private void Save(bool changes, Func<bool> write, Action saved)
    {
        if (!changes)
        {
            saved();
            return;
        }

        world.Database.Write(silo, write, isWritten =>
        {
            if (isWritten)
            {
                saved();
            }
        });
    }

    /// <summary>Each is told once here; whoever has not confirmed is told again when the app wakes.</summary>
    private void TellInstances(AppState app, int revision)
    {
        var orders = AppProcesses.Orders(app, world.TaskPolicy, CrashPolicy.Default).ToArray();
        var left = orders.Length;
        foreach (var order in orders)
        {
            Tell(order.Instance, at => new InstanceEvent.Ordered(at, order), _ =>
            {
                if (--left == 0)
                {
                    Tell(app.Id, at => new AppEvent.InstancesTold(at, revision));
                }
            });
        }
    }

    private void TellApp(AttemptEffect.TellApp tell)
    {
        if (world.Rules.Omits != Omission.InstanceNews)
        {
            Tell(tell.App, at => new AppEvent.InstancesSpoke(at, [tell.News]));
        }
    }

    private void Act(ImmutableArray<AttemptEffect> effects)
    {
        foreach (var effect in effects)
        {
            if (effect is AttemptEffect.TellApp tell)
            {
                TellApp(tell);
                continue;
            }

            CellId? cell = effect switch
            {
                AttemptEffect.StartAttempt start => start.Cell,
                AttemptEffect.FindAttempt find => find.Cell,
                AttemptEffect.StopAttempt stop => stop.Cell,
                _ => null,
            };
            if (cell is { } name)
            {
                var host = world.HostOf(name);
                world.Network.Send(silo.Host.Name, host.Name, () => host.LockOwner?.Receive(() => host.LockOwner?.Order(effect)));
            }
            else
            {
                world.NudgePlacement(silo.Host);
            }
        }
    }
}
