using System.Collections.Immutable;
using CsCheck;
using Granary.Core.Attempts;
using Granary.Core.Tasks;
using Granary.Core.Tests.Stories;
using Granary.Core.Usage;
using Granary.Testing;
using static Granary.Core.Attempts.AttemptReport;

namespace Granary.Core.Tests.Tasks;

/// <summary>What holds for all lists of events, in any order, late and repeated. A failure prints the list as a story.</summary>
public sealed class TaskProperties
{
    private const int Lists = 200_000;

    /// <summary>A step before it meets a task: which event, for the newest attempt or one off, and how much later than the last.</summary>
    private sealed record Step(int Kind, int AttemptOffset, int Code, double Seconds);

    private static readonly Gen<Step> Steps = Gen.Select(
        Gen.Int[0, 12],
        Gen.Frequency((8, Gen.Const(0)), (1, Gen.Const(-1)), (1, Gen.Const(1))),
        Gen.Frequency((2, Gen.Const(0)), (1, Gen.Int[1, 255])),
        Gen.Frequency((8, Gen.Double[0, 1]), (1, Gen.Double[1, 60])),
        (kind, offset, code, seconds) => new Step(kind, offset, code, seconds));

    private static readonly Gen<(TaskSpec Spec, Step[] Steps)> Lives = Gen.Select(
        Gen.Int[0, 2],
        Gen.Int[0, 2],
        Gen.Bool,
        Gen.Frequency((2, Gen.Int[0, 0].Select(_ => (double?)null)), (1, Gen.Double[1, 100].Select(seconds => (double?)Math.Ceiling(seconds)))),
        Steps.Array[1, 24],
        (retries, losses, fails, deadline, steps) => (A.Spec("true", retries, losses, fails ? OnCellLoss.Fail : OnCellLoss.Move, deadline) with { PendingMax = steps[0].Code % 3 == 2 ? TimeSpan.FromSeconds(steps[0].Code) : null }, steps));

    [Fact]
    public void The_invariants_hold_for_200_000_lists_of_events() => Lives.Sample(
        life =>
        {
            var starts = new HashSet<int>();
            Run(life.Spec, life.Steps, (before, @event, decision) =>
            {
                Require(TaskInvariants.Check(before, decision));
                foreach (var start in decision.Effects.OfType<AttemptEffect.StartAttempt>())
                {
                    Require(starts.Add(start.Attempt.Number), $"attempt {start.Attempt.Number} was ordered to start twice");
                }

                Require(decision.Next.Story.Entries.Count <= Limits.StoryEntries, "the story grew without bound");
                Require(before.IsFinished || decision.Next.IsFinished || WaitsForSomething(decision), $"nobody looks at the task after {TaskLines.Format(@event)}");
                Require(Says(before, decision), "a transition is missing in the story");
                Require(UsageRules.Of(decision.Next) is { Length: <= 2 } used && used.Take(UsageRules.Of(before).Length).SequenceEqual(UsageRules.Of(before)), "a usage event that was told is another one now");
            });
        },
        iter: Lists,
        print: Print);

    [Fact]
    public void The_same_events_lead_to_the_same_end_and_repeating_each_event_changes_no_outcome() => Lives.Sample(
        life =>
        {
            var once = Run(life.Spec, life.Steps, (_, _, _) => { });
            var twice = new TaskState();
            Run(life.Spec, life.Steps, (_, @event, _) =>
            {
                twice = TaskMachine.Decide(twice, @event).Next;
                twice = TaskMachine.Decide(twice, @event).Next;
            });
            Require(once.Phase == twice.Phase && once.Attempt == twice.Attempt && once.Counters == twice.Counters && once.FailureReason == twice.FailureReason, $"{once.Phase} became {twice.Phase}");
        },
        iter: Lists / 4,
        print: Print);

    public static TheoryData<string> Mutations => new(Broken.Keys);

    /// <summary>Each breaks the invariant whose number it starts with, so that the invariants are known to be able to fail.</summary>
    private static readonly Dictionary<string, (TaskState Before, Func<TaskState, TaskState> Break, ImmutableArray<AttemptEffect> Effects)> Broken = new()
    {
        ["1: a finished task gets another code"] = (A.FailedTask(), task => task with { ExitCode = 0 }, []),
        ["1: a finished task runs again"] = (A.SucceededTask(), task => task with { Phase = TaskPhase.Running, Cell = A.Cell1 }, []),
        ["2: the attempt number skips one"] = (A.PendingTask(), task => task with { Phase = TaskPhase.Running, Cell = A.Cell1, Attempt = 2 }, []),
        ["2: the attempt number falls"] = (A.RunningTask(2), task => task with { Attempt = 1 }, []),
        ["3: a pending task keeps its cell"] = (A.RunningTask(), task => task with { Phase = TaskPhase.Pending }, []),
        ["3: a running task has no cell"] = (A.RunningTask(), task => task with { Cell = null }, []),
        ["4: more failures than retries"] = (A.RunningTask(), task => task with { Counters = new AttemptCounters(Failures: 1) }, []),
        ["4: more losses than moves"] = (A.RunningTask(), task => task with { Counters = new AttemptCounters(Losses: 3) }, []),
        ["5: failed for no reason"] = (A.RunningTask(), task => task with { Phase = TaskPhase.Failed, Cell = null }, []),
        ["5: a running task has a failure reason"] = (A.RunningTask(), task => task with { FailureReason = "none" }, []),
        ["6: canceling without a cause"] = (A.CancelingTask(), task => task with { Stop = null }, []),
        ["6: canceling without a wake-up"] = (A.CancelingTask(), task => task with { WakeAt = null }, []),
        ["7: sleeps past its expiry"] = (A.PendingTask(A.Spec() with { PendingMax = TimeSpan.FromSeconds(60) }), task => task with { WakeAt = A.At(61) }, []),
        ["7: sleeps past its deadline"] = (A.PendingTask(A.Spec(deadlineSeconds: 60)), task => task with { WakeAt = A.At(61) }, []),
        ["7: never wakes for its deadline"] = (A.PendingTask(A.Spec(deadlineSeconds: 60)), task => task with { WakeAt = null }, []),
        ["8: a running task is started again"] = (A.RunningTask(), task => task with { UpdatedAt = A.At(1) }, [new AttemptEffect.StartAttempt(A.Cell1, new AttemptKey(A.TaskId().Value, 1))]),
        ["8: another number is started than was placed"] = (A.PendingTask(), task => A.After(task, new TaskEvent.Placed(A.Start, 1, A.Cell1)), [new AttemptEffect.StartAttempt(A.Cell1, new AttemptKey(A.TaskId().Value, 2))]),
        ["10: a canceling task goes back to the queue"] = (A.CancelingTask(), task => task with { Phase = TaskPhase.Pending, Cell = null, Stop = null }, []),
    };

    [Theory]
    [MemberData(nameof(Mutations))]
    public void A_broken_decision_is_caught(string rule)
    {
        var (before, @break, effects) = Broken[rule];

        var caught = TaskInvariants.Check(before, Decision<TaskState, AttemptEffect>.Move(@break(before), effects));

        Assert.Contains(caught, each => each.StartsWith(rule[..(rule.IndexOf(':', StringComparison.Ordinal) + 1)], StringComparison.Ordinal));
    }

    [Fact]
    public void A_change_that_is_not_declared_is_caught()
    {
        var before = A.RunningTask();

        var caught = TaskInvariants.Check(before, Decision<TaskState, AttemptEffect>.Stay(before with { UpdatedAt = A.At(1) }));

        Assert.Equal("9: changed in silence", Assert.Single(caught));
    }

    private static TaskState Run(TaskSpec spec, Step[] steps, Action<TaskState, TaskEvent, Decision<TaskState, AttemptEffect>> see)
    {
        var task = new TaskState();
        var seconds = 0.0;
        foreach (var step in steps.Prepend(new Step(0, 0, 0, 0)))
        {
            seconds += step.Seconds;
            var @event = Event(step, task, spec, A.At(seconds));
            var decision = TaskMachine.Decide(task, @event);
            see(task, @event, decision);
            task = decision.Next;
        }

        return task;
    }

    private static TaskEvent Event(Step step, TaskState task, TaskSpec spec, DateTimeOffset at)
    {
        var attempt = task.Attempt + step.AttemptOffset;
        return step.Kind switch
        {
            0 => A.Submitted(spec) with { At = at },
            1 or 2 or 3 => new TaskEvent.Placed(at, attempt + 1, A.Cell1),
            4 => new TaskEvent.Reported(at, new Exited(attempt, new AttemptExit(step.Code, step.Code == 137, A.Start, at))),
            5 => new TaskEvent.Reported(at, new Exited(attempt, new AttemptExit(step.Code, false, A.Start, at, BeforeStop: false))),
            6 => new TaskEvent.Reported(at, new Lost(attempt, "its lease lapsed")),
            7 => new TaskEvent.Reported(at, new Declined(attempt, "no room", step.Code > 200)),
            8 => new TaskEvent.Reported(at, new Displaced(attempt, "it drains")),
            9 => new TaskEvent.CancelRequested(at),
            11 => new TaskEvent.Outlived(at, attempt, A.Cell1),
            10 => new TaskEvent.Relabelled(at, Core.Apps.Metadata.Empty),
            _ => new TaskEvent.Woke(at),
        };
    }

    /// <summary>PENDING is in the queue by being PENDING, and RUNNING has a cell that compares; a deadline must be in the wake-up of both, and CANCELING always has one.</summary>
    private static bool WaitsForSomething(Decision<TaskState, AttemptEffect> decision) => decision.Next switch
    {
        { Phase: TaskPhase.Absent } => decision.Refusal is not null,
        { Phase: TaskPhase.Canceling } task => task.Cell is not null && task.WakeAt is not null,
        { Phase: TaskPhase.Running } task => task.Cell is not null && task.WakeAt == task.DeadlineAt,
        var task => task.Cell is null && (task.DeadlineAt is null || task.WakeAt <= task.DeadlineAt),
    };

    private static bool Says(TaskState before, Decision<TaskState, AttemptEffect> decision) =>
        before.Phase == decision.Next.Phase || decision.Next.Story.Entries[^1].Text.StartsWith(TaskMachine.Upper(decision.Next.Phase), StringComparison.Ordinal);

    private static void Require(ImmutableArray<string> broken) => Require(broken.IsEmpty, string.Join("; ", broken));

    private static void Require(bool holds, string rule)
    {
        if (!holds)
        {
            throw new InvalidOperationException(rule);
        }
    }

    private static string Print((TaskSpec Spec, Step[] Steps) life)
    {
        var policy = life.Spec.Policy;
        var deadline = life.Spec.Deadline is { } time ? $" deadline={time.TotalSeconds}s" : "";
        List<string> lines = [$"task retries={policy.RetriesMax} losses={policy.LossesMax} on-loss={policy.OnCellLoss}{deadline}", ""];
        var task = new TaskState();
        var seconds = 0.0;
        foreach (var step in life.Steps.Prepend(new Step(0, 0, 0, 0)))
        {
            seconds += step.Seconds;
            var @event = Event(step, task, life.Spec, A.At(seconds));
            lines.Add(TaskLines.Format(@event));
            task = TaskMachine.Decide(task, @event).Next;
        }

        return "\n" + string.Join('\n', lines) + "\n";
    }
}
