using System.Text;
using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Instances;
using Granary.Core.Tests.Stories;
using Granary.Testing;
using static Granary.Core.Attempts.AttemptReport;
using static Granary.Core.Instances.InstanceEvent;

namespace Granary.Core.Tests.Instances;

/// <summary>Every phase with every event about the current and about another attempt or revision: none without a rule.</summary>
public sealed class InstanceTable
{
    private const int Current = 2;

    /// <summary>Every event that differs in a rule; attempt 2 is the newest, and the app's order of revision 1 is known.</summary>
    private static readonly (string Name, InstanceEvent Event)[] Events =
    [
        ("wanted again", new Ordered(A.At(1), A.Order(revision: 2))),
        ("wanted in another version", new Ordered(A.At(1), A.Order(revision: 2, version: 2))),
        ("not wanted", new Ordered(A.At(1), A.Order(revision: 2, version: 0))),
        ("not wanted, in an order that was overtaken", new Ordered(A.At(1), A.Order(revision: 1, version: 0))),
        ("wanted until it is relieved", new Ordered(A.At(1), A.Order(revision: 2, part: Part.IsRelieved, after: Current))),
        ("wanted as a relief after attempt 5", new Ordered(A.At(1), A.Order(revision: 2, part: Part.Relieves, after: 5))),
        ("make way, the newest attempt", new MakeWay(A.At(1), Current, "cell-1 is drained")),
        ("make way, an old attempt", new MakeWay(A.At(1), Current - 1, "cell-1 is drained")),
        ("restart requested", new RestartRequested(A.At(1))),
        ("placed, the next number", new Placed(A.At(1), Current + 1, new CellId("cell-2"))),
        ("placed, the newest number", new Placed(A.At(1), Current, new CellId("cell-2"))),
        .. ForAttempt(Current, "of the newest attempt"),
        .. ForAttempt(Current - 1, "of an old attempt"),
        .. ForAttempt(Current + 1, "of an unknown attempt"),
        ("outlived of the newest attempt", new Outlived(A.At(1), Current, A.Cell1)),
        ("outlived of an old attempt", new Outlived(A.At(1), Current - 1, A.Cell1)),
        ("outlived of an unknown attempt", new Outlived(A.At(1), Current + 1, A.Cell1)),
        ("woke", new Woke(A.At(1))),
        ("woke after its time", new Woke(A.At(60))),
    ];

    [Fact]
    public void Every_phase_has_a_rule_for_every_event()
    {
        var table = new StringBuilder("# What each phase of an instance makes of each event: the next phase, or why not, and the orders.\n# Attempt 2 is the newest, and the app's revision 1 is known. Recorded and reviewed: see docs/recipes/add-a-task-event.md.\n");

        var states = Enum.GetValues<InstancePhase>().Select(phase => (InstanceMachine.Upper(phase), A.InstanceIn(phase))).Concat(InHandOver());
        foreach (var (title, before) in states)
        {
            table.Append('\n').Append(title).Append('\n');
            foreach (var (name, @event) in Events)
            {
                var decision = InstanceMachine.Decide(before, @event);
                Assert.Empty(InstanceInvariants.Check(before, decision));
                table.Append("    ").Append(name.PadRight(56)).Append(Words(before, decision)).Append('\n');
            }
        }

        Recorded.Check(Repository.PathOf("tests", "Core.Tests", "stories", "instance-table.txt"), table.ToString());
    }

    [Fact]
    public void The_table_has_every_kind_of_event_and_report()
    {
        var kinds = Events.Select(each => each.Event is Reported reported ? reported.Report.GetType() : each.Event.GetType()).ToHashSet();

        var all = typeof(InstanceEvent).GetNestedTypes().Concat(typeof(AttemptReport).GetNestedTypes()).Where(type => type != typeof(Reported));

        Assert.Empty(all.Except(kinds));
    }

    private static IEnumerable<(string Name, InstanceEvent Event)> ForAttempt(int attempt, string which) =>
    [
        ($"started {which}", new Reported(A.At(1), new Started(attempt))),
        ($"exited with 0 {which}", Exited(attempt, 0, 1)),
        ($"exited with 3 {which}", Exited(attempt, 3, 1)),
        ($"exited with 3 after an hour {which}", Exited(attempt, 3, 3600)),
        ($"lost {which}", new Reported(A.At(1), new Lost(attempt, "its lease lapsed"))),
        ($"declined {which}", new Reported(A.At(1), new Declined(attempt, "no room"))),
        ($"declined for good {which}", new Reported(A.At(1), new Declined(attempt, "no image", Permanent: true))),
        ($"displaced {which}", new Reported(A.At(1), new Displaced(attempt, "it drains"))),
    ];

    private static IEnumerable<(string Title, InstanceState State)> InHandOver()
    {
        var asked = A.After(A.RunningInstance(Current), new MakeWay(A.Start, Current, "cell-1 is drained"));
        yield return ("RUNNING, asked for a relief", asked);
        yield return ("CANCELING, asked for a relief", A.After(asked, new RestartRequested(A.Start)));
        yield return ("STOPPED, asked for a relief", A.After(asked, new Reported(A.Start, new Displaced(Current, "it drains"))));
        var relief = A.After(new InstanceState(), new Ordered(A.Start, A.Order(part: Part.Relieves, after: Current - 1)));
        yield return ("PENDING, as a relief", relief);
        var placed = A.After(relief, new Placed(A.Start, Current, A.Cell1));
        yield return ("RUNNING, as a relief", placed);
        yield return ("RUNNING, as a relief that is up", A.After(placed, new Reported(A.Start, new Started(Current))));
    }

    private static Reported Exited(int attempt, int code, double seconds) => new(A.At(seconds), new Exited(attempt, new AttemptExit(code, false, A.Start, A.At(seconds))));

    private static string Words(InstanceState before, Decision<InstanceState, AttemptEffect> decision)
    {
        var result = decision switch
        {
            { Refusal: { } refusal } => $"refused, {refusal.Reason}",
            { Changes: false } => "stays",
            _ when decision.Next.Phase == before.Phase => "stays, with a change",
            _ => InstanceMachine.Upper(decision.Next.Phase),
        };
        return string.Join("; ", new[] { result }.Concat(decision.Effects.Select(TaskTeller.Words)));
    }
}
