using System.Diagnostics;
using Granary.Core.Attempts;
using static Granary.Core.Attempts.AttemptEffect;
using static Granary.Core.Attempts.AttemptReport;
using static Granary.Core.Attempts.AttemptTelling;
using static Granary.Core.Tasks.TaskEvent;
using static Granary.Core.Tasks.TaskPhase;
using Decision = Granary.Core.Decision<Granary.Core.Tasks.TaskState, Granary.Core.Attempts.AttemptEffect>;

namespace Granary.Core.Tasks;

/// <summary>
/// Decides what a task does next. Pure: same inputs, same decision.
/// <code>
///                  placed                    exit 0
///   PENDING ------------------> RUNNING ----------------> SUCCEEDED
///    |   ^                       |  |  \                     ^
///    |   | lost, declined,       |  |   \ own failure,       | ended with 0
///    |   | displaced, retry      |  |    \ budget spent      | before our stop
///    |   +-----------------------+  |     \                  |
///    |                              |      +--> FAILED       |
///    | cancelled, deadline, expiry  v            ^           |
///    |                          CANCELING -------+-----------+
///    +-------------------------------------------+
/// </code>
/// The command's own exit ends a task; the loss of the infrastructure under it moves it.
/// </summary>
public static class TaskMachine
{
    public const string Cancelled = "task was cancelled";

    /// <summary>Cloud Foundry's words (section 1.7).</summary>
    public const string Expired = "Task expired in PENDING state";

    public static Decision Decide(TaskState task, TaskEvent @event) => (task.Phase, @event) switch
    {
        (Absent, Submitted submitted) => Accept(submitted),
        (Absent, _) => Decision.Refuse(task, new Refusal(RefusalReason.TaskNotFound, "Task not found")),
        (_, Submitted) => Decision.Stay(task), // A repeated submit finds the task that it made.
        (_, Relabelled relabelled) => Decision.Move(task with { Metadata = relabelled.Metadata, UpdatedAt = relabelled.At }),

        (_, Outlived outlived) => Doubt(task, outlived.At, outlived.Attempt, outlived.Cell),

        (_, Reported { Report: Started }) => Decision.Stay(task), // A task is RUNNING from its placement on.

        // An attempt we have given up on cannot speak for the task any more, and a cell chosen for another number is no choice.
        (_, Reported { Report: var report }) when report.Attempt != task.Attempt => Decision.Stay(task),
        (_, Placed placed) when placed.Attempt != task.Attempt + 1 => Decision.Stay(task),

        (Pending, Placed placed) => Run(task, placed),
        (Pending, CancelRequested) => Fail(task, @event.At, Cancelled, "cancelled while it waited for a cell"),
        (Pending, Woke) when IsPastDeadline(task, @event.At) => Fail(task, @event.At, DeadlineReason(task), "the deadline passed while it waited for a cell"),
        (Pending, Woke) when task.PendingUntil <= @event.At => Fail(task, @event.At, Expired, $"no cell took it within {task.Spec!.PendingMax!.Value.TotalSeconds:0} s"),
        (Pending, Woke) => Queue(task),

        (Running, Reported { Report: Exited { Exit: var exit } }) => End(task, exit, @event.At),
        (Running, Reported { Report: Lost lost }) => Lose(task, lost, @event.At),
        (Running, Reported { Report: Declined { Permanent: true } declined }) => Fail(task, @event.At, declined.Reason, $"could not be started: {declined.Reason}"),
        (Running, Reported { Report: Declined declined }) => Move(task, @event.At, $"{task.Cell} did not admit attempt {task.Attempt}: {declined.Reason}"),
        (Running, Reported { Report: Displaced displaced }) => Move(task, @event.At, $"attempt {task.Attempt} was moved off {task.Cell}: {displaced.Reason}"),
        (Running, CancelRequested) => Stop(task, StopCause.Cancelled, @event.At),
        (Running, Woke) when IsPastDeadline(task, @event.At) => Stop(task, StopCause.DeadlinePassed, @event.At),
        (Running, Woke) => Decision.Stay(task, new FindAttempt(task.Cell!.Value, task.Key)), // Ask; never start the same attempt twice.

        (Canceling, Reported { Report: Exited { Exit: { BeforeStop: true } exit } }) => EndBeforeStop(task, exit, @event.At),
        (Canceling, Reported { Report: Exited { Exit: var exit } }) => Fail(task with { ExitCode = exit.Code }, @event.At, StopReason(task), $"stopped; the process ended with status {exit.Code}"),
        (Canceling, Reported { Report: var report }) => Fail(task, @event.At, StopReason(task), $"stopped; {Words(report)}"),
        (Canceling, CancelRequested or Woke) => StopAgain(task, @event.At),

        (Succeeded or Failed, CancelRequested) => Decision.Refuse(task, new Refusal(RefusalReason.Conflict, $"Task state is {Upper(task.Phase)} and therefore cannot be canceled")),

        // Duplicates and late news. Listed, so that nothing is ignored by accident.
        (Pending, Reported) or (Running or Canceling, Placed) or (Succeeded or Failed, Reported or Placed or Woke) => Decision.Stay(task),

        _ => throw new UnreachableException($"No rule for {@event} while {task.Phase}."),
    };

    /// <summary>The state's name on the API.</summary>
    public static string Upper(TaskPhase phase) => phase.ToString().ToUpperInvariant();

    private static Decision Accept(Submitted submitted)
    {
        var deadline = submitted.At + submitted.Spec.Deadline;
        var expiry = submitted.At + submitted.Spec.PendingMax;
        var task = new TaskState
        {
            Id = submitted.Id,
            App = submitted.App,
            SequenceId = submitted.SequenceId,
            Spec = submitted.Spec,
            Phase = Pending,
            WakeAt = Earliest(deadline, expiry),
            DeadlineAt = deadline,
            PendingUntil = expiry,
            Metadata = submitted.Metadata,
            CreatedAt = submitted.At,
        };
        return Change(task, submitted.At, submitted.Spec.Staging is null ? $"accepted as task {submitted.SequenceId} of its app" : "accepted, to be staged", new FindCell(1, null));
    }

    private static Decision Run(TaskState task, Placed placed)
    {
        var next = task with { Phase = Running, Attempt = placed.Attempt, Cell = placed.Cell, ExitCode = null, NotBefore = null, PendingUntil = null, WakeAt = task.DeadlineAt };
        var waited = placed.Waited is null ? "" : $" after waiting: {placed.Waited}";
        return Change(next, placed.At, $"attempt {placed.Attempt} was placed on {placed.Cell}{waited}", new StartAttempt(placed.Cell, next.Key));
    }

    private static Decision End(TaskState task, AttemptExit exit, DateTimeOffset at)
    {
        var ended = task with { ExitCode = exit.Code };
        if (exit.Code == 0)
        {
            return Succeed(ended, at, exit);
        }

        var failures = task.Counters.Failures;
        if (failures >= task.Spec!.Policy.RetriesMax)
        {
            return Fail(ended, at, Reason(task.Spec!, exit), $"attempt {task.Attempt} {Words(exit)}");
        }

        var delay = task.Spec.Policy.RetryDelay.Delay(failures + 1, task.Id.Value);
        var text = $"attempt {task.Attempt} {Words(exit)}; retry {failures + 1} of {task.Spec.Policy.RetriesMax} in {delay.TotalSeconds:0.0} s";
        return Requeue(ended with { Counters = task.Counters with { Failures = failures + 1 } }, at, delay, text);
    }

    private static Decision Lose(TaskState task, Lost lost, DateTimeOffset at)
    {
        var policy = task.Spec!.Policy;
        var losses = task.Counters.Losses + 1;
        var counted = task with { LostAttempt = task.Attempt, Counters = task.Counters with { Losses = losses } };
        if (policy.OnCellLoss == OnCellLoss.Fail)
        {
            return Fail(counted, at, $"{task.Cell} was lost and the task asked not to be moved: {lost.Evidence}", $"attempt {task.Attempt} was lost: {lost.Evidence}");
        }

        return losses > policy.LossesMax
            ? Fail(counted, at, $"lost {losses} times, last on {task.Cell}: {lost.Evidence}", $"attempt {task.Attempt} was lost, and its {policy.LossesMax} moves are spent: {lost.Evidence}")
            : Requeue(counted, at, TimeSpan.Zero, $"attempt {task.Attempt} was lost on {task.Cell}: {lost.Evidence}; move {losses} of {policy.LossesMax}");
    }

    private static Decision Move(TaskState task, DateTimeOffset at, string text)
    {
        var moves = task.Counters.Moves + 1;
        var delay = task.Spec!.Policy.MoveDelay.Delay(moves, task.Id.Value);
        return Requeue(task with { Counters = task.Counters with { Moves = moves } }, at, delay, text);
    }

    private static Decision Requeue(TaskState task, DateTimeOffset at, TimeSpan delay, string text)
    {
        DateTimeOffset? notBefore = delay > TimeSpan.Zero ? at + delay : null;
        var expiry = at + delay + task.Spec!.PendingMax;
        var next = task with { Phase = Pending, Cell = null, NotBefore = notBefore, PendingUntil = expiry, WakeAt = Earliest(notBefore, Earliest(task.DeadlineAt, expiry)) };
        return Change(next, at, text, new FindCell(task.Attempt + 1, notBefore));
    }

    /// <summary>The queue is the rows that are PENDING; this only tells placement about one of them again.</summary>
    private static Decision Queue(TaskState task)
    {
        var find = new FindCell(task.Attempt + 1, task.NotBefore);
        var end = Earliest(task.DeadlineAt, task.PendingUntil);
        return task.WakeAt == end
            ? Decision.Stay(task, find)
            : Decision.Move(task with { WakeAt = end }, find); // Waked for its backoff: placement waits for that by itself from here on.
    }

    private static Decision Stop(TaskState task, StopCause cause, DateTimeOffset at)
    {
        var next = task with { Phase = Canceling, Stop = cause, WakeAt = at + AttemptPolicy.StopCheck };
        var text = cause == StopCause.Cancelled ? "cancel requested" : "the deadline passed";
        return Change(next, at, $"{text}; {task.Cell} was told to stop attempt {task.Attempt}", new StopAttempt(task.Cell!.Value, task.Key));
    }

    private static Decision EndBeforeStop(TaskState task, AttemptExit exit, DateTimeOffset at)
    {
        var ended = task with { ExitCode = exit.Code };
        return exit.Code == 0
            ? Succeed(ended, at, exit)
            : Fail(ended, at, Reason(task.Spec!, exit), $"attempt {task.Attempt} {Words(exit)} before the stop order reached it");
    }

    private static Decision Succeed(TaskState task, DateTimeOffset at, AttemptExit exit) =>
        Finish(task with { Phase = Succeeded }, at, $"attempt {task.Attempt} {Words(exit)}");

    private static Decision Fail(TaskState task, DateTimeOffset at, string reason, string text) =>
        Finish(task with { Phase = Failed, FailureReason = Bounded(reason) }, at, text);

    private static Decision Finish(TaskState task, DateTimeOffset at, string text) =>
        Change(task with { Cell = null, Stop = null, NotBefore = null, PendingUntil = null, WakeAt = null }, at, text, task.Cell?.Name);

    private static Decision Change(TaskState task, DateTimeOffset at, string text, params AttemptEffect[] effects) =>
        Change(task, at, text, task.Cell?.Name, effects);

    private static Decision Change(TaskState task, DateTimeOffset at, string text, string? cell, params AttemptEffect[] effects) =>
        Decision.Move(task.Told(at, Upper(task.Phase), text, cell), [.. effects]);

    private static bool IsPastDeadline(TaskState task, DateTimeOffset at) => task.DeadlineAt <= at;

    private static DateTimeOffset? Earliest(DateTimeOffset? left, DateTimeOffset? right) => left is null || right < left ? right : left;

    private static string DeadlineReason(TaskState task) => $"deadline of {task.Spec!.Deadline!.Value.TotalSeconds:0} s passed";

    private static string StopReason(TaskState task) => task.Stop == StopCause.DeadlinePassed ? DeadlineReason(task) : Cancelled;
}
