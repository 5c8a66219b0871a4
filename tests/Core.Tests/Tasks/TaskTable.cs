using System.Text;
using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Tasks;
using Granary.Core.Tests.Stories;
using Granary.Testing;
using static Granary.Core.Attempts.AttemptReport;

namespace Granary.Core.Tests.Tasks;

/// <summary>Every phase with every event about the current and about another attempt: none without a rule.</summary>
public sealed class TaskTable
{
    private const int Current = 2;

    private static readonly CellId Cell2 = new("cell-2");

    /// <summary>Every event that differs in a rule; attempt 2 is the newest.</summary>
    private static readonly (string Name, TaskEvent Event)[] Events =
    [
        ("submitted", A.Submitted(WithDeadline())),
        ("placed, the next number", new TaskEvent.Placed(A.At(1), Current + 1, Cell2)),
        ("placed, the newest number", new TaskEvent.Placed(A.At(1), Current, Cell2)),
        .. ForAttempt(Current, "of the newest attempt"),
        .. ForAttempt(Current - 1, "of an old attempt"),
        .. ForAttempt(Current + 1, "of an unknown attempt"),
        ("cancel requested", new TaskEvent.CancelRequested(A.At(1))),
        ("outlived of the newest attempt", new TaskEvent.Outlived(A.At(1), Current, Cell2)),
        ("outlived of an old attempt", new TaskEvent.Outlived(A.At(1), Current - 1, Cell2)),
        ("outlived of an unknown attempt", new TaskEvent.Outlived(A.At(1), Current + 1, Cell2)),
        ("relabelled", new TaskEvent.Relabelled(A.At(1), Metadata.Empty)),
        ("woke", new TaskEvent.Woke(A.At(1))),
        ("woke after its stop order", new TaskEvent.Woke(A.At(30))),
        ("woke past its deadline", new TaskEvent.Woke(A.At(60))),
    ];

    [Fact]
    public void Every_phase_has_a_rule_for_every_event()
    {
        var table = new StringBuilder("# What each phase makes of each event: the next phase, or why not, and the orders.\n# Attempt 2 is the newest; the task has a deadline of 60 s. Recorded and reviewed: see docs/recipes/add-a-task-event.md.\n");

        foreach (var phase in Enum.GetValues<TaskPhase>())
        {
            table.Append('\n').Append(TaskMachine.Upper(phase)).Append('\n');
            foreach (var (name, @event) in Events)
            {
                var before = TaskIn(phase);
                var decision = TaskMachine.Decide(before, @event);
                Assert.Empty(TaskInvariants.Check(before, decision));
                table.Append("    ").Append(name.PadRight(56)).Append(Words(before, decision)).Append('\n');
            }
        }

        Recorded.Check(Repository.PathOf("tests", "Core.Tests", "stories", "task-table.txt"), table.ToString());
    }

    [Fact]
    public void The_table_has_every_kind_of_event_and_report()
    {
        var kinds = Events.Select(each => each.Event is TaskEvent.Reported reported ? reported.Report.GetType() : each.Event.GetType()).ToHashSet();

        var all = typeof(TaskEvent).GetNestedTypes().Concat(typeof(AttemptReport).GetNestedTypes()).Where(type => type != typeof(TaskEvent.Reported));

        Assert.Empty(all.Except(kinds));
    }

    private static IEnumerable<(string Name, TaskEvent Event)> ForAttempt(int attempt, string which) =>
    [
        ($"started {which}", A.Report(new Started(attempt))),
        ($"exited with 0 {which}", A.Exited(attempt, 0)),
        ($"exited with 3 {which}", A.Exited(attempt, 3)),
        ($"exited with 0 after our stop {which}", A.Exited(attempt, 0, beforeStop: false)),
        ($"lost {which}", A.Report(new Lost(attempt, "its lease lapsed"))),
        ($"declined {which}", A.Report(new Declined(attempt, "no room"))),
        ($"declined for good {which}", A.Report(new Declined(attempt, "no image", Permanent: true))),
        ($"displaced {which}", A.Report(new Displaced(attempt, "it drains"))),
    ];

    private static TaskSpec WithDeadline() => A.Spec(deadlineSeconds: 60);

    private static TaskState TaskIn(TaskPhase phase) => phase switch
    {
        TaskPhase.Absent => new TaskState(),
        TaskPhase.Pending => A.After(A.RunningTask(Current, WithDeadline()), A.Report(new Displaced(Current, "it drains"))),
        TaskPhase.Running => A.RunningTask(Current, WithDeadline()),
        TaskPhase.Canceling => A.CancelingTask(Current, WithDeadline()),
        TaskPhase.Succeeded => A.After(A.RunningTask(Current, WithDeadline()), A.Exited(Current, 0)),
        TaskPhase.Failed => A.After(A.RunningTask(Current, WithDeadline()), A.Exited(Current, 3)),
        _ => throw new ArgumentOutOfRangeException(nameof(phase), phase, null),
    };

    private static string Words(TaskState before, Decision<TaskState, AttemptEffect> decision)
    {
        var result = decision switch
        {
            { Refusal: { } refusal } => $"refused, {refusal.Reason}",
            { Changes: false } => "stays",
            _ when decision.Next.Phase == before.Phase => "stays, with a change",
            _ => TaskMachine.Upper(decision.Next.Phase),
        };
        return string.Join("; ", new[] { result }.Concat(decision.Effects.Select(TaskTeller.Words)));
    }
}
