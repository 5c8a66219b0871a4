using System.Collections.Immutable;
using Granary.Core.Cells;
using Granary.Core.Leases;

namespace Granary.Simulator.Parts;

/// <summary>The warden of a cell: enforces its lease, judges the leases of others, watches its silos.</summary>
internal sealed class Warden : Process
{
    /// <summary>How long a cell is drained whose host was told to end.</summary>
    private static readonly TimeSpan EndingDrain = TimeSpan.FromSeconds(8);

    /// <summary>Beyond that and the grace of a stop: what the reading and the telling take.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(5);

    /// <summary>What ended has to be told to its work.</summary>
    private static readonly TimeSpan QuietFor = TimeSpan.FromSeconds(2);

    private readonly Enforcer enforcer;
    private JudgeState judge;
    private TimeSpan quietSince;

    public Warden(World world, Host host)
        : base(world, host, host.WardenName)
    {
        enforcer = new Enforcer(this, host.RenewedAt, host.CandidateNames, Kill);
        judge = new JudgeState(host.Cell);
        Every(TimeSpan.FromMilliseconds(100), Tick);
        if (world.Judges(host))
        {
            Every(world.Lease.ReadEvery, Read);
        }

        foreach (var name in host.CandidateNames.Where(name => !host.Silos.Exists(each => each.Name == name && each.IsAlive)))
        {
            HearSiloEnded(name);
        }
    }

    /// <summary>When it ends, by its host's wall clock; null while nobody told it to.</summary>
    public DateTimeOffset? EndsAt { get; private set; }

    /// <summary>It is told to end: what runs may end by itself for a while, or run elsewhere; then the silos end, and what is left is killed.</summary>
    public void End()
    {
        World.Tell(Host.Name, $"{Name} is told to end");
        EndsAt = Host.WallClock + EndingDrain;
        var since = quietSince = Now;
        Every(TimeSpan.FromMilliseconds(100), () => LookWhetherToEnd(since));
    }

    public void HearSiloEnded(string name) => World.Agenda.After(TimeSpan.FromMilliseconds(1), () => Receive(() =>
    {
        if (EndsAt is null)
        {
            enforcer.Handle(new WardenEvent.SiloEnded(Now, name));
        }
    }));

    public void HearSilo(string name) => enforcer.Handle(new WardenEvent.SiloSpoke(Now, name));

    public void Asked(CellId asker, Action<bool> answer)
    {
        foreach (var effect in Judge(new JudgeEvent.Asked(Now, asker)).OfType<JudgeEffect.Answer>())
        {
            answer(effect.ReachesDatabase);
        }
    }

    private void Tick()
    {
        enforcer.Tick();
        foreach (var silo in Host.Silos)
        {
            silo.HearWarden(enforcer.State.Epoch, enforcer.LeasedSince);
        }
    }

    /// <summary>Without a lease everything is being killed already, and without a silo nobody moves anything.</summary>
    private void LookWhetherToEnd(TimeSpan since)
    {
        quietSince = Host.Engine.Processes.Any() ? Now : quietSince;
        if (Now - since < EndingDrain + World.Plan.Policies.StopGrace + Margin && Now - quietSince < QuietFor && enforcer.LeasedSince is not null && Host.Silos.Exists(each => each.IsAlive))
        {
            return;
        }

        foreach (var silo in Host.Silos.Where(each => each.IsAlive).ToArray())
        {
            enforcer.Handle(new WardenEvent.SiloLeft(Now, silo.Name));
            silo.Kill();
        }

        enforcer.Handle(new WardenEvent.EndRequested(Now));
    }

    private void Read() => World.Database.Ask(
        this,
        () => (Leases: World.Database.Leases.ToImmutableArray(), World.Database.Roster),
        answer =>
        {
            foreach (var effect in Judge(new JudgeEvent.Read(Now, answer.Leases, answer.Roster)))
            {
                Act(effect);
            }
        });

    private void Act(JudgeEffect effect)
    {
        (CellId Cell, LeaseEvent Event)? write = effect switch
        {
            JudgeEffect.JudgeLapsed lapsed => (lapsed.Cell, new LeaseEvent.LapseJudged(Host.Cell, lapsed.Number, lapsed.IsUnconfirmed)),
            JudgeEffect.JudgeUnserved unserved => (unserved.Cell, new LeaseEvent.UnservedJudged(Host.Cell, unserved.ServingEpoch, unserved.Served)),
            _ => null,
        };
        if (write is { } judged)
        {
            World.Database.Write(this, () => World.Database.Write(judged.Cell, judged.Event), _ => { });
        }
    }

    private ImmutableArray<JudgeEffect> Judge(JudgeEvent @event)
    {
        var before = judge;
        var decision = World.Rules.Judge(before, @event, World.Lease);
        World.Require(LeaseInvariants.Check(before, @event, decision, World.Lease));
        judge = decision.Next;
        return decision.Effects;
    }
}
