using System.Collections.Immutable;
using Granary.Core.Attempts;

namespace Granary.Core.Tasks;

/// <summary>
/// What holds for every decision about a task. One list, three users: tests, simulator, and the grain before it saves.
/// 1. A finished task keeps its phase, outcome and attempt; only labels change, and its story may gain a doubt about an old attempt.
/// 2. The attempt number never falls and rises by one, and only into RUNNING.
/// 3. A cell is held exactly while RUNNING or CANCELING.
/// 4. Losses and failures stay within their budgets (one over the loss budget only when that ends the task).
/// 5. FAILED has a reason; no other phase has one.
/// 6. A stop cause is set exactly while CANCELING, and CANCELING has a time to look again.
/// 7. PENDING and RUNNING never sleep past the deadline, and PENDING, which alone expires, not past its expiry.
/// 8. An attempt is ordered to start only by the decision that placed it, and only with the number it placed.
/// 9. A decision that does not change says so: its next state is the one before.
/// 10. The phase moves only along the picture in <see cref="TaskMachine"/>.
/// </summary>
public static class TaskInvariants
{
    private static readonly ImmutableHashSet<(TaskPhase, TaskPhase)> Moves =
    [
        (TaskPhase.Absent, TaskPhase.Pending),
        (TaskPhase.Pending, TaskPhase.Running),
        (TaskPhase.Pending, TaskPhase.Failed),
        (TaskPhase.Running, TaskPhase.Pending),
        (TaskPhase.Running, TaskPhase.Canceling),
        (TaskPhase.Running, TaskPhase.Succeeded),
        (TaskPhase.Running, TaskPhase.Failed),
        (TaskPhase.Canceling, TaskPhase.Succeeded),
        (TaskPhase.Canceling, TaskPhase.Failed),
    ];

    /// <summary>The broken rules in words; empty when all hold.</summary>
    public static ImmutableArray<string> Check(TaskState before, Decision<TaskState, AttemptEffect> decision)
    {
        var after = decision.Next;
        var rules = new BrokenRules();
        rules.Require(!before.IsFinished || SameOutcome(before, after), "1: a finished task changed");
        rules.Require(after.Attempt == before.Attempt || (after.Attempt == before.Attempt + 1 && after.Phase == TaskPhase.Running && before.Phase == TaskPhase.Pending), "2: the attempt number moved");
        rules.Require(after.HoldsCell == after.Cell.HasValue, "3: a cell is held in the wrong phase");
        rules.Require(after.Spec is null || WithinBudgets(after), "4: a budget was exceeded");
        rules.Require((after.Phase == TaskPhase.Failed) == (after.FailureReason is not null), "5: failure and reason do not go together");
        rules.Require((after.Phase == TaskPhase.Canceling) == after.Stop.HasValue && (after.Phase != TaskPhase.Canceling || after.WakeAt.HasValue), "6: canceling without cause or wake-up");
        rules.Require(after.DeadlineAt is null || after.Phase is not (TaskPhase.Pending or TaskPhase.Running) || after.WakeAt <= after.DeadlineAt, "7: sleeps past its deadline");
        rules.Require(after.PendingUntil is null || (after.Phase == TaskPhase.Pending && after.WakeAt <= after.PendingUntil), "7: sleeps past its expiry");
        rules.Require(decision.Effects.OfType<AttemptEffect.StartAttempt>().All(start => before.Phase == TaskPhase.Pending && start.Attempt == after.Key && start.Cell == after.Cell), "8: a start without a placement");
        rules.Require(decision.Changes || ReferenceEquals(before, after), "9: changed in silence");
        rules.Require(after.Phase == before.Phase || Moves.Contains((before.Phase, after.Phase)), $"10: moved from {before.Phase} to {after.Phase}");
        return rules.All;
    }

    private static bool SameOutcome(TaskState before, TaskState after) =>
        before with { Metadata = after.Metadata, UpdatedAt = after.UpdatedAt, Story = after.Story } == after;

    private static bool WithinBudgets(TaskState task) =>
        task.Counters.Failures <= task.Spec!.Policy.RetriesMax
        && task.Counters.Losses <= task.Spec.Policy.LossesMax + (task.Phase == TaskPhase.Failed ? 1 : 0);
}
