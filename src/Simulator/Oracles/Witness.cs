using Granary.Core.Attempts;
using Granary.Core.Tasks;
using Granary.Simulator.Parts;

namespace Granary.Simulator.Oracles;

/// <summary>
/// Sees every process of every attempt from outside, in true time, and knows what each was meant to do. The oracles read only this, what was acknowledged, and the rows at the end.
/// </summary>
internal sealed class Witness(World world)
{
    private readonly Dictionary<Guid, List<(Container Container, Host Host)>> running = [];
    private readonly HashSet<AttemptKey> started = [];
    private readonly List<(Guid Work, int Older, int Newer)> excused = [];

    public Dictionary<AttemptKey, int> EndedByItself { get; } = [];

    /// <summary>What ended with its engine or host leaves nothing to tell by whether it had outlived its lease.</summary>
    public HashSet<AttemptKey> EndedWithItsEngine { get; } = [];

    public int Starts => started.Count;

    /// <summary>Pairs of attempts that ran at once on the terms of an exception: their story must say unconfirmed.</summary>
    public IReadOnlyList<(Guid Work, int Older, int Newer)> Excused => excused;

    public void Started(Container container, Host host)
    {
        var attempt = container.Attempt;
        if (!started.Add(attempt))
        {
            world.Violate($"number used twice: {World.Words(attempt)} was started again on {host.Name}");
        }

        world.Tell(host.Name, $"{World.Words(attempt)} runs");
        var beside = running.TryGetValue(attempt.Work, out var list) ? list : running[attempt.Work] = [];
        foreach (var other in beside)
        {
            if (IsException(other.Host) || SaysUnconfirmed(world.Database.Task(attempt.Work)!.Value.Task))
            {
                excused.Add((attempt.Work, other.Container.Attempt.Number, attempt.Number));
            }
            else
            {
                world.Violate($"two at once: {World.Words(attempt)} runs on {host.Name} while {World.Words(other.Container.Attempt)} runs on {other.Host.Name}");
            }
        }

        beside.Add((container, host));
    }

    public void Ended(Container container)
    {
        if (running.TryGetValue(container.Attempt.Work, out var list))
        {
            list.RemoveAll(each => each.Container == container);
        }

        world.Tell("witness", $"{World.Words(container.Attempt)} ended by {container.Cause}, status {container.ExitCode}");
        if (container.Cause == EndCause.TheEngine)
        {
            EndedWithItsEngine.Add(container.Attempt);
        }
        else if (container.Cause == EndCause.Itself)
        {
            EndedByItself[container.Attempt] = container.ExitCode;
        }
    }

    public static bool SaysUnconfirmed(TaskState task) => task.Story.Entries.Exists(each => each.Text.Contains("unconfirmed", StringComparison.Ordinal));

    /// <summary>Warden and silo were both dead or stopped on a living host, until now or until they had two seconds to act.</summary>
    private bool IsException(Host host) => host.UnguardedSince is not null || world.Agenda.Now - host.UnguardedUntil < TimeSpan.FromSeconds(2);
}

/// <summary>What is asked when all faults are mended and everything has come to rest.</summary>
internal static class EndOracles
{
    public static void Check(World world)
    {
        foreach (var id in world.Accepted)
        {
            if (world.Database.Task(id.Value) is not { Task: var task })
            {
                world.Violate($"task lost: {id} was accepted, and no row knows it");
            }
            else if (!task.IsFinished)
            {
                world.Violate($"task lost: task {task.SequenceId} is {TaskMachine.Upper(task.Phase)} long after the last fault was mended");
            }
            else if (OutcomeFault(world, task) is { } fault)
            {
                world.Violate($"wrong outcome: task {task.SequenceId}: {fault}");
            }
        }

        foreach (var (work, older, newer) in world.Witness.Excused)
        {
            var task = world.Database.Task(work)!.Value.Task;
            if (!world.Witness.EndedWithItsEngine.Contains(new AttemptKey(work, older)) && !Witness.SaysUnconfirmed(task))
            {
                world.Violate($"not told: attempts {older} and {newer} of task {task.SequenceId} ran at once, and the story does not say unconfirmed");
            }
        }
    }

    private static string? OutcomeFault(World world, TaskState task)
    {
        if (task.Phase == TaskPhase.Succeeded)
        {
            return world.Witness.EndedByItself.TryGetValue(task.Key, out var code) && code == 0 ? null : $"it succeeded, and no process of attempt {task.Attempt} ended with 0";
        }

        if (task.FailureReason!.Contains("Exited with status", StringComparison.Ordinal))
        {
            return world.Witness.EndedByItself.TryGetValue(task.Key, out var code) && code == task.ExitCode ? null : $"it failed with status {task.ExitCode}, and no process of attempt {task.Attempt} ended so by itself";
        }

        if (task.FailureReason == TaskMachine.Cancelled)
        {
            return world.Cancelled.Contains(task.Id) ? null : "it was cancelled, and nobody asked for that";
        }

        return task.Counters.Losses > task.Spec!.Policy.LossesMax || task.Spec.Policy.OnCellLoss == OnCellLoss.Fail ? null : $"it failed for no good reason: {task.FailureReason}";
    }
}
