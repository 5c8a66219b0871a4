using System.Collections.Immutable;
using Granary.Core.Cells;
using Granary.Core.Leases;

namespace Granary.Simulator.Parts;

/// <summary>The warden of a cell: enforces its lease, judges the leases of others, watches its silos.</summary>
internal sealed class Warden : Process
{
    private readonly Enforcer enforcer;
    private JudgeState judge;

    public Warden(World world, Host host, TimeSpan? sentAt)
        : base(world, host, host.WardenName)
    {
        enforcer = new Enforcer(this, sentAt, host.CandidateNames, Kill);
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

    public void HearSiloEnded(string name) => World.Agenda.After(TimeSpan.FromMilliseconds(1), () => Receive(() => enforcer.Handle(new WardenEvent.SiloEnded(Now, name))));

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
