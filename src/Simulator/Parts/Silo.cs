using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Leases;
using Granary.Core.Placement;

namespace Granary.Simulator.Parts;

/// <summary>A silo: a candidate for its host's cell, and a place where task grains run.</summary>
internal sealed class Silo : Process
{
    private Enforcer? standIn;

    public Silo(World world, Host host, string name)
        : base(world, host, name)
    {
        Serving = ServingMachine.Start(host.Cell, name, host.Warden is { IsAlive: true } ? host.Clock : null);
        Desk = new TaskDesk(this);
        Attempts = new CellAttempts(this);
        Every(TimeSpan.FromMilliseconds(100), Tick);
        Every(TimeSpan.FromMilliseconds(500), () => Handle(new ServingEvent.EngineProbed(Now, host.Engine.IsUp)));
        Every(TimeSpan.FromMilliseconds(200), Attempts.Work);
        Every(TimeSpan.FromSeconds(5), Attempts.CompareRows);
        Every(TimeSpan.FromSeconds(1.2), Desk.Sweep);
        Handle(new ServingEvent.EngineProbed(Now, host.Engine.IsUp));
    }

    public ServingState Serving { get; private set; }

    public TaskDesk Desk { get; }

    public CellAttempts Attempts { get; }

    public TimeSpan Clock => Now;

    public bool MayStart(long beganUnder) => ServingMachine.MayStart(Serving, beganUnder, Now, World.Settings.Policy);

    public void HearWarden(long epoch, TimeSpan? sentAt) => World.Agenda.After(TimeSpan.FromMilliseconds(1), () => Receive(() => Handle(new ServingEvent.LeaseTold(Now, epoch, sentAt, ByWarden: true))));

    public void HearWardenEnded() => World.Agenda.After(TimeSpan.FromMilliseconds(1), () => Receive(() => Handle(new ServingEvent.WardenEnded(Now))));

    public void Order(AttemptEffect order)
    {
        if (Serving.Phase == ServingPhase.Serving)
        {
            Attempts.Order(order);
        }
    }

    public void Later(double minMs, double maxMs, Action action) => After(World.Chance.Milliseconds(minMs, maxMs), action);

    private void Tick()
    {
        if (Host.Warden is { IsAlive: true } warden)
        {
            World.Agenda.After(TimeSpan.FromMilliseconds(1), () => warden.Receive(() => warden.HearSilo(Name)));
        }

        if (standIn is not null)
        {
            standIn.Tick();
            if (standIn is not null)
            {
                Handle(new ServingEvent.LeaseTold(Now, standIn.State.Epoch, standIn.LeasedSince, ByWarden: false));
            }
        }

        Handle(new ServingEvent.Ticked(Now));
    }

    private void Handle(ServingEvent @event)
    {
        var before = Serving;
        var decision = ServingMachine.Decide(before, @event, World.Settings.Policy);
        World.Require(LeaseInvariants.Check(before, decision));
        Serving = decision.Next;
        if (before.Phase != Serving.Phase)
        {
            World.Tell(Host.Name, $"{Name}: {before.Phase} becomes {Serving.Phase}, epoch {Serving.LeaseEpoch}, serving epoch {Serving.ServingEpoch}");
        }

        foreach (var effect in decision.Effects)
        {
            Act(effect);
        }
    }

    private void Act(ServingEffect effect)
    {
        switch (effect)
        {
            case ServingEffect.TryLock when Host.TryLock(this):
                Handle(new ServingEvent.Locked(Now));
                break;
            case ServingEffect.Write { Event: var write }:
                var view = new CellSnapshot(Host.Cell, Host.Capacity, Attempts.Ledger.Free);
                World.Database.Ask(
                    this,
                    () =>
                    {
                        var answer = World.Database.Write(Host.Cell, write);
                        if (answer.IsDone)
                        {
                            World.Database.Say(view);
                        }

                        return answer;
                    },
                    answer => Handle(new ServingEvent.Wrote(Now, write, answer.IsDone, answer.Lease)));
                break;
            case ServingEffect.Compare compare:
                Attempts.Compare(compare.LeaseEpoch, () => Handle(new ServingEvent.Compared(Now, compare.LeaseEpoch)));
                break;
            case ServingEffect.StandIn stand:
                World.Tell(Host.Name, $"{Name} stands in for its warden");
                standIn = new Enforcer(this, stand.SentAt, [], () =>
                {
                    standIn = null;
                    Handle(new ServingEvent.Relieved(Now));
                });
                break;
            case ServingEffect.KillWarden:
                Host.Warden?.Kill();
                break;
            case ServingEffect.StartWarden:
                Later(30, 300, () => Host.StartWarden(standIn?.LeasedSince ?? Serving.LeaseSentAt));
                break;
        }
    }
}
