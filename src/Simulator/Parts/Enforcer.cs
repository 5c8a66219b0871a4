using System.Collections.Immutable;
using Granary.Core.Attempts;
using Granary.Core.Leases;

namespace Granary.Simulator.Parts;

/// <summary>Carries out what a <see cref="WardenMachine"/> decides, in the process of a warden or of the silo that stands in for one.</summary>
internal sealed class Enforcer(Process process, TimeSpan? sentAt, IEnumerable<string> silos, Action stoodDown)
{
    private readonly World world = process.World;
    private readonly Host host = process.Host;

    public WardenState State { get; private set; } = WardenMachine.Start(process.Host.Cell, process.World.NewHolder(process.Name), process.Host.Clock, sentAt, silos);

    /// <summary>From before the last acknowledged renewal, while the lease may be used.</summary>
    public TimeSpan? LeasedSince => State.Phase == WardenPhase.Leased ? State.SentAt : null;

    public void Handle(WardenEvent @event)
    {
        if (State.Phase == WardenPhase.StoodDown)
        {
            return;
        }

        var before = State;
        var decision = world.Rules.Warden(before, @event, world.Lease);
        if (@event is WardenEvent.Ticked || decision.Next.Phase != before.Phase || !decision.Effects.IsEmpty)
        {
            world.Require(LeaseInvariants.Check(before, @event, decision, world.Lease));
        }

        State = decision.Next;
        if (State.Phase == WardenPhase.Leased && State.SentAt != before.SentAt)
        {
            host.RenewedAt = State.SentAt;
        }

        if (State.Gate is { } epoch && (before.Gate, before.SentAt) != (epoch, State.SentAt))
        {
            host.Gate = epoch;
        }

        if (before.Phase != State.Phase)
        {
            world.Tell(host.Name, $"{process.Name}: {before.Phase} becomes {State.Phase}, {(@event.At - State.SentAt).TotalSeconds:0.00} s after its last renewal");
        }
        else if (before.HoldingSince is null && State.HoldingSince is not null)
        {
            world.Tell(host.Name, $"{process.Name} holds: nobody on the roster reaches the database");
        }

        foreach (var effect in decision.Effects)
        {
            Act(effect);
        }
    }

    public void Tick()
    {
        if (State.Phase == WardenPhase.Seeking && host.RenewedAt is { } at)
        {
            Handle(new WardenEvent.RenewalSeen(host.Clock, at));
        }

        if (State.Phase == WardenPhase.Leased && host.Engine.IsFrozen)
        {
            Handle(new WardenEvent.FoundFrozen(host.Clock));
        }

        Handle(new WardenEvent.Ticked(host.Clock));
    }

    private void Act(WardenEffect effect)
    {
        switch (effect)
        {
            case WardenEffect.Write write:
                var sentAt = host.Clock;
                world.Database.Write(process, () => world.Database.Write(host.Cell, write.Event), answer => Handle(new WardenEvent.Wrote(host.Clock, sentAt, write.Event, answer.IsDone, answer.Lease, answer.Roster)));
                break;
            case WardenEffect.Ask ask:
                Ask(ask);
                break;
            case WardenEffect.Freeze:
                Later(1, 20, () =>
                {
                    if (world.Rules.Omits != Omission.Stop)
                    {
                        host.Engine.Freeze();
                    }

                    Handle(new WardenEvent.Frozen(host.Clock, [.. host.Engine.Processes]));
                });
                break;
            case WardenEffect.NoteKills note:
                Later(1, 50, () => Note(note));
                break;
            case WardenEffect.KillAll:
                Later(5, 250, Kill);
                break;
            case WardenEffect.Thaw:
                host.Engine.Thaw();
                break;
            case WardenEffect.KillSilo kill:
                host.Silos.Find(each => each.Name == kill.Silo)?.Kill();
                break;
            case WardenEffect.StartSilo start:
                Later(200, 1500, () => host.StartSilo(start.Silo));
                break;
            case WardenEffect.StandDown:
                stoodDown();
                break;
        }
    }

    private void Ask(WardenEffect.Ask ask)
    {
        var askedAt = host.Clock;
        if (world.Rules.Omits == Omission.Question)
        {
            Handle(new WardenEvent.Answered(host.Clock, askedAt, ask.Member, ReachesDatabase: false));
            return;
        }

        var member = world.HostOf(ask.Member);
        world.Network.Send(host.Name, member.Name, () => member.Warden?.Receive(() => member.Warden.Asked(host.Cell, reaches =>
            world.Network.Send(member.Name, host.Name, () => process.Receive(() => Handle(new WardenEvent.Answered(host.Clock, askedAt, ask.Member, reaches)))))));
    }

    private void Note(WardenEffect.NoteKills note)
    {
        foreach (var attempt in note.Attempts)
        {
            if (world.Rules.Omits != Omission.KillNotes)
            {
                host.NoteFor(attempt).KilledAt ??= world.Agenda.Now;
            }

            host.NoteFor(attempt).Outlived |= note.IsOutlived;
        }

        Handle(new WardenEvent.KillsNoted(host.Clock));
    }

    private void Kill()
    {
        var left = ImmutableArray.CreateBuilder<AttemptKey>();
        foreach (var attempt in host.Engine.Processes.ToArray())
        {
            if (world.Rules.Omits == Omission.Stop)
            {
                continue;
            }

            if (host.NoteOf(attempt) is { KilledAt: not null } || world.Rules.Omits == Omission.KillNotes)
            {
                host.Engine.End(host.Engine.Find(attempt)!, EndCause.TheWarden, 137);
            }
            else
            {
                left.Add(attempt);
            }
        }

        Handle(new WardenEvent.Swept(host.Clock, left.ToImmutable(), host.StartsInFlight));
    }

    private void Later(double min, double max, Action action) => process.World.Agenda.After(world.Chance.Milliseconds(min, max), () => process.Receive(action));
}
