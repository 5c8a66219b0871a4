using System.Collections.Immutable;
using System.Text;
using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Leases;
using Granary.Core.Tests.Stories;
using Granary.Testing;

namespace Granary.Core.Tests.Leases;

/// <summary>Every phase of every machine of the lease with every event: none without a rule.</summary>
public sealed class LeaseTables
{
    private const string Heading = "Recorded and reviewed: see docs/recipes/add-a-task-event.md.\n";

    private static readonly LeasePolicy Policy = LeasePolicy.Default;
    private static readonly Roster Roster = LeaseWords.Roster(1, ["cell-1", "cell-2"]);
    private static readonly ImmutableArray<AttemptKey> Attempts = LeaseWords.Attempts("2");

    private static readonly (string Name, LeaseEvent Event)[] Writes =
    [
        ("taken", new LeaseEvent.Taken("warden-1", 2)),
        ("taken from an old epoch", new LeaseEvent.Taken("warden-1", 1)),
        ("renewed", new LeaseEvent.Renewed(2, 1)),
        ("renewed under an old epoch", new LeaseEvent.Renewed(1, 1)),
        ("serving taken", new LeaseEvent.ServingTaken("silo-1", 3)),
        ("serving taken from an old epoch", new LeaseEvent.ServingTaken("silo-1", 2)),
        ("serving said", new LeaseEvent.ServingSaid(3)),
        ("serving said under an old epoch", new LeaseEvent.ServingSaid(2)),
        ("lapse judged", new LeaseEvent.LapseJudged(new CellId("cell-2"), 9, false)),
        ("lapse judged, the number moved", new LeaseEvent.LapseJudged(new CellId("cell-2"), 8, false)),
        ("lapse judged by itself", new LeaseEvent.LapseJudged(A.Cell1, 9, false)),
        ("lapse judged by no member", new LeaseEvent.LapseJudged(new CellId("cell-9"), 9, true)),
        ("unserved judged", new LeaseEvent.UnservedJudged(new CellId("cell-2"), 3, 5)),
        ("unserved judged, it served since", new LeaseEvent.UnservedJudged(new CellId("cell-2"), 3, 4)),
        ("stop confirmed", new LeaseEvent.StopConfirmed(2)),
        ("stop confirmed of an old epoch", new LeaseEvent.StopConfirmed(1)),
    ];

    private static readonly (string Name, WardenEvent Event)[] WardenEvents =
    [
        ("a moment", new WardenEvent.Ticked(At(11))),
        ("a moment, long silence", new WardenEvent.Ticked(At(15))),
        ("taken", Wrote(new LeaseEvent.Taken("warden-1", 2), true, Lease(LeaseStanding.Held) with { Epoch = 3 })),
        ("taken, answered too late", Wrote(new LeaseEvent.Taken("warden-1", 2), true, Lease(LeaseStanding.Held) with { Epoch = 3 }) with { SentAt = At(5) }),
        ("not taken, another had it", Wrote(new LeaseEvent.Taken("warden-1", 1), false, Lease(LeaseStanding.Held))),
        ("renewed", Wrote(new LeaseEvent.Renewed(2, 1), true, Lease(LeaseStanding.Held))),
        ("not renewed, revoked", Wrote(new LeaseEvent.Renewed(2, 1), false, Lease(LeaseStanding.Revoked))),
        ("not renewed, lapsed", Wrote(new LeaseEvent.Renewed(2, 1), false, Lease(LeaseStanding.Lapsed))),
        ("not renewed, taken by another", Wrote(new LeaseEvent.Renewed(2, 1), false, Lease(LeaseStanding.Held) with { Epoch = 3, Holder = "silo-1" })),
        ("not renewed, the database is older", Wrote(new LeaseEvent.Renewed(2, 1), false, Lease(LeaseStanding.Held) with { Epoch = 1 })),
        ("confirmed", Wrote(new LeaseEvent.StopConfirmed(2), true, Lease(LeaseStanding.Confirmed))),
        ("a member reaches it", new WardenEvent.Answered(At(11), At(10.9), new CellId("cell-2"), true)),
        ("a member does not reach it", new WardenEvent.Answered(At(11), At(10.9), new CellId("cell-2"), false)),
        ("frozen, empty", new WardenEvent.Frozen(At(11), [])),
        ("frozen", new WardenEvent.Frozen(At(11), Attempts)),
        ("kills noted", new WardenEvent.KillsNoted(At(11))),
        ("swept, some left", new WardenEvent.Swept(At(11), Attempts, 0)),
        ("swept, a start in flight", new WardenEvent.Swept(At(11), [], 1)),
        ("swept", new WardenEvent.Swept(At(11), [], 0)),
        ("the group is found frozen", new WardenEvent.FoundFrozen(At(11))),
        ("a renewal of the process before it", new WardenEvent.RenewalSeen(At(11), At(10.7))),
        ("a silo spoke", new WardenEvent.SiloSpoke(At(11), "silo-1")),
        ("a silo ended", new WardenEvent.SiloEnded(At(11), "silo-1")),
        ("a silo left", new WardenEvent.SiloLeft(At(11), "silo-1")),
        ("told to end", new WardenEvent.EndRequested(At(11))),
    ];

    private static readonly (string Name, ServingEvent Event)[] ServingEvents =
    [
        ("a moment", new ServingEvent.Ticked(At(11))),
        ("locked", new ServingEvent.Locked(At(11))),
        ("serving taken", new ServingEvent.Wrote(At(11), new LeaseEvent.ServingTaken("silo-1", 3), true, Lease(LeaseStanding.Held) with { ServingEpoch = 4 })),
        ("serving not taken", new ServingEvent.Wrote(At(11), new LeaseEvent.ServingTaken("silo-1", 3), false, Lease(LeaseStanding.Held) with { ServingEpoch = 4 })),
        ("another took the serving", new ServingEvent.Wrote(At(11), new LeaseEvent.ServingSaid(3), false, Lease(LeaseStanding.Held) with { ServingEpoch = 5, Server = "silo-2" })),
        ("compared", new ServingEvent.Compared(At(11), 2)),
        ("compared under an old epoch", new ServingEvent.Compared(At(11), 1)),
        ("warden tells the lease", new ServingEvent.LeaseTold(At(11), 2, At(10.5), true)),
        ("warden tells a new lease", new ServingEvent.LeaseTold(At(11), 3, At(10.5), true)),
        ("warden has no lease", new ServingEvent.LeaseTold(At(11), 0, null, true)),
        ("itself tells the lease", new ServingEvent.LeaseTold(At(11), 2, At(10.5), false)),
        ("warden ended", new ServingEvent.WardenEnded(At(11))),
        ("relieved", new ServingEvent.Relieved(At(11))),
        ("engine answers", new ServingEvent.EngineProbed(At(11), true)),
        ("engine is silent", new ServingEvent.EngineProbed(At(11), false)),
    ];

    [Fact]
    public void Every_standing_of_a_lease_has_a_rule_for_every_write()
    {
        var table = new StringBuilder($"# What each standing of a lease makes of each write. {Heading}");
        foreach (var standing in Enum.GetValues<LeaseStanding>())
        {
            table.Append('\n').Append(standing.ToString().ToUpperInvariant()).Append('\n');
            foreach (var (name, @event) in Writes)
            {
                var before = Lease(standing);
                var decision = LeaseMachine.Decide(before, Roster, @event);
                Assert.Empty(LeaseInvariants.Check(before, decision));
                Row(table, name, decision.Changes ? LeaseWords.Lease(decision.Next) : "stays", decision.Effects.Select(LeaseTeller.Words));
            }
        }

        Check("lease-table.txt", table, typeof(LeaseEvent), Writes.Select(each => (object)each.Event));
    }

    [Fact]
    public void Every_phase_of_a_warden_has_a_rule_for_every_event()
    {
        var table = new StringBuilder($"# What each phase of a warden makes of each event; the last renewal was sent at 10 s. {Heading}");
        foreach (var phase in Enum.GetValues<WardenPhase>())
        {
            table.Append('\n').Append(phase.ToString().ToUpperInvariant()).Append('\n');
            foreach (var (name, @event) in WardenEvents)
            {
                var before = WardenMachine.Start(A.Cell1, "warden-1", At(10), At(10), ["silo-1"]) with { Phase = phase, Epoch = 2, Lease = Lease(LeaseStanding.Held), Roster = Roster, WroteAt = At(10), Condemned = phase == WardenPhase.Noting ? Attempts : [] };
                var decision = WardenMachine.Decide(before, @event, Policy);
                Assert.Empty(LeaseInvariants.Check(before, @event, decision, Policy));
                Row(table, name, Words(decision.Changes, phase.ToString(), decision.Next.Phase.ToString()), decision.Effects.Select(WardenTeller.Words));
            }
        }

        Check("warden-table.txt", table, typeof(WardenEvent), WardenEvents.Select(each => (object)each.Event));
    }

    [Fact]
    public void Every_phase_of_serving_has_a_rule_for_every_event()
    {
        var table = new StringBuilder($"# What each phase of a candidate silo makes of each event, while its warden is heard. {Heading}");
        foreach (var phase in Enum.GetValues<ServingPhase>())
        {
            table.Append('\n').Append(phase.ToString().ToUpperInvariant()).Append('\n');
            foreach (var (name, @event) in ServingEvents)
            {
                var before = ServingMachine.Start(A.Cell1, "silo-1", At(10.5)) with { Phase = phase, ServingEpoch = 3, LeaseEpoch = 2, ComparedEpoch = 2, LeaseSentAt = At(10), EngineAnswers = true, TickedAt = At(10.9) };
                var decision = ServingMachine.Decide(before, @event, Policy);
                Assert.Empty(LeaseInvariants.Check(before, decision));
                Row(table, name, Words(decision.Changes, phase.ToString(), decision.Next.Phase.ToString()), decision.Effects.Select(ServingTeller.Words));
            }
        }

        Check("serving-table.txt", table, typeof(ServingEvent), ServingEvents.Select(each => (object)each.Event));
    }

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);

    private static LeaseState Lease(LeaseStanding standing) =>
        new() { Cell = A.Cell1, Standing = standing, Epoch = 2, Holder = "warden-1", Number = 9, RosterVersion = 1, ServingEpoch = 3, Server = "silo-1", Served = 5 };

    private static WardenEvent.Wrote Wrote(LeaseEvent write, bool isDone, LeaseState lease) => new(At(11), At(10.8), write, isDone, lease, Roster);

    private static string Words(bool changes, string before, string after) => before != after ? after.ToUpperInvariant() : changes ? "stays, with a change" : "stays";

    private static void Row(StringBuilder table, string name, string what, IEnumerable<string> effects) =>
        table.Append("    ").Append(name.PadRight(40)).AppendJoin("; ", effects.Prepend(what)).Append('\n');

    private static void Check(string file, StringBuilder table, Type events, IEnumerable<object> told)
    {
        Assert.Empty(events.GetNestedTypes().Except(told.Select(each => each.GetType())));
        Recorded.Check(Repository.PathOf("tests", "Core.Tests", "stories", file), table.ToString());
    }
}
