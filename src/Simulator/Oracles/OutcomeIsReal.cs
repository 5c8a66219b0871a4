using Granary.Core.Attempts;
using Granary.Core.Tasks;
using Granary.Simulator.Plans;

namespace Granary.Simulator.Oracles;

/// <summary>An outcome is what a process did by itself; but for tasks that were cancelled, passed their deadline, spent their moves or asked not to be moved.</summary>
internal static class OutcomeIsReal
{
    public static IEnumerable<string> Check(World world) =>
        from task in world.Database.Works.Tasks
        where task.IsFinished
        let fault = Fault(world, task, world.Clients.PlanOf(task.Id))
        where fault is not null
        select $"task {task.SequenceId}: {fault}";

    /// <summary>What is told of its attempts is so: what was declined never ran.</summary>
    private static string? DeclinedAndRan(World world, TaskState task) => task.Story.Entries
        .Where(each => each.Text.Contains("did not admit attempt", StringComparison.Ordinal) && world.Witness.HasStarted(new AttemptKey(task.Work, each.Attempt)))
        .Select(each => $"attempt {each.Attempt} is said never to have started, and it ran")
        .FirstOrDefault();

    private static string? Fault(World world, TaskState task, PlannedTask plan)
    {
        if (DeclinedAndRan(world, task) is { } untrue)
        {
            return untrue;
        }

        var ended = world.Witness.EndedByItself.TryGetValue(task.Key, out var code);
        if (task.Phase == TaskPhase.Succeeded)
        {
            return ended && code == 0 ? null : $"it succeeded, and no process of attempt {task.Attempt} ended with 0";
        }

        var reason = task.FailureReason!;
        if (reason.Contains("Exited with status", StringComparison.Ordinal))
        {
            return !ended || code != task.ExitCode ? $"it failed with status {task.ExitCode}, and no process of attempt {task.Attempt} ended so by itself"
                : reason.Contains("out of memory", StringComparison.Ordinal) != plan.RunsOutOfMemory ? "what is said of its memory is not so"
                : task.Counters.Failures < plan.RetriesMax && !reason.StartsWith("deadline", StringComparison.Ordinal) && !WasStopped(task) ? $"it failed before its {plan.RetriesMax} retries were spent"
                : null;
        }

        if (reason == TaskMachine.Cancelled)
        {
            return world.Clients.CancelsAsked.Contains(task.Id) ? null : "it was cancelled, and nobody asked for that";
        }

        if (reason.StartsWith("deadline of ", StringComparison.Ordinal))
        {
            return plan.Deadline is { } deadline && task.UpdatedAt >= task.CreatedAt + deadline - (2 * world.SkewMax) ? null : "its deadline had not passed";
        }

        return task.Counters.Losses > plan.LossesMax || (plan.FailsOnLoss && task.Counters.Losses > 0) ? null : $"it failed for no good reason: {reason}";
    }

    /// <summary>Its own end came before the stop that was ordered: it is final, whatever retries are left.</summary>
    private static bool WasStopped(TaskState task) => task.Story.Entries.Exists(each => each.Text.StartsWith("CANCELING", StringComparison.Ordinal));
}
