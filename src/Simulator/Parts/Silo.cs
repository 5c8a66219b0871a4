using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Leases;

namespace Granary.Simulator.Parts;

/// <summary>A silo: a candidate for its host's cell, and perhaps a place where grains run.</summary>
internal sealed class Silo : Process
{
    private static readonly TimeSpan TickEvery = TimeSpan.FromMilliseconds(100);

    private readonly CellDrain drain;
    private Enforcer? standIn;

    public Silo(World world, Host host, string name)
        : base(world, host, name)
    {
        Serving = ServingMachine.Start(host.Cell, name, host.Warden is { IsAlive: true } ? host.Clock : null);
        Server = world.NewHolder(name);
        Desk = new WorkDesk(this);
        Attempts = new CellAttempts(this);
        drain = new CellDrain(this);
        Every(TickEvery, Tick);
        Every(TimeSpan.FromMilliseconds(500), Probe);
        Every(TimeSpan.FromMilliseconds(500), Attempts.Work);
        Every(TimeSpan.FromSeconds(1), drain.Look);
        Every(TimeSpan.FromSeconds(1), Attempts.Speak);
        Every(TimeSpan.FromSeconds(5), Attempts.CompareRows);
        if (world.CarriesGrains(name))
        {
            Sweeps = new Sweeps(this);
            Placement = new Placement(this);
            Every(Sweeps.SpeakEvery, Sweeps.Speak);
            Every(Sweeps.MoveEvery, Sweeps.MoveOff);
        }

        Handle(new ServingEvent.EngineProbed(Now, host.Engine.IsUp));
    }

    /// <summary>Its name with its start.</summary>
    public string Server { get; }

    public ServingState Serving { get; private set; }

    public WorkDesk Desk { get; }

    public CellAttempts Attempts { get; }

    /// <summary>Null where no grains run.</summary>
    public Sweeps? Sweeps { get; }

    /// <summary>Null where no grains run.</summary>
    public Placement? Placement { get; }

    public bool MayStart(long beganUnder) => World.Rules.MayStart(Serving, Host.Gate, beganUnder, Now, World.Lease);

    public void HearWarden(long epoch, TimeSpan? sentAt) => Receive(() => Handle(new ServingEvent.LeaseTold(Now, epoch, sentAt, ByWarden: true)));

    public void HearWardenEnded() => World.Agenda.After(TimeSpan.FromMilliseconds(1), () => Receive(() => Handle(new ServingEvent.WardenEnded(Now))));

    public void Order(AttemptEffect order)
    {
        if (Serving.Phase == ServingPhase.Serving)
        {
            Attempts.Order(order);
        }
    }

    public void Later(double minMs, double maxMs, Action action) => After(World.Chance.Milliseconds(minMs, maxMs), action);

    /// <summary>Tells a task or an instance something, wherever its grain runs. The answer comes back, or never.</summary>
    public void Tell(Guid work, News news, Action<WorkState>? acknowledged = null)
    {
        if (Placement is not null)
        {
            Desk.Tell(work, news, acknowledged);
        }
        else if (World.AnyGrainSilo() is { } other)
        {
            World.Network.Send(Host.Name, other.Host.Name, () => other.Receive(() => other.Desk.Tell(
                work,
                news,
                acknowledged is null ? null : state => World.Network.Send(other.Host.Name, Host.Name, () => Receive(() => acknowledged(state))))));
        }
    }

    private void Tick()
    {
        if (Host.Warden is { IsAlive: true } warden)
        {
            warden.Receive(() => warden.HearSilo(Name));
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

    private void Probe() => Handle(new ServingEvent.EngineProbed(Now, Host.LockOwner == this ? Host.Probe() : Host.Engine.IsUp));

    private void Handle(ServingEvent @event)
    {
        var before = Serving;
        var decision = World.Rules.Serving(before, @event, World.Lease);
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
                World.Database.Write(this, () => World.Database.Write(Host.Cell, write), answer => Handle(new ServingEvent.Wrote(Now, write, answer.IsDone, answer.Lease)));
                break;
            case ServingEffect.Compare compare:
                Attempts.Compare(compare.LeaseEpoch, () => drain.Know(() => Handle(new ServingEvent.Compared(Now, compare.LeaseEpoch))));
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
                Later(30, 300, Host.StartWarden);
                break;
        }
    }
}
