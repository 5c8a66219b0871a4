using Granary.Core.Tasks;
using Granary.Grains.Contracts;
using Granary.Grains.Ports;
using Microsoft.Extensions.Logging;

namespace Granary.Grains;

/// <summary>
/// Wakes tasks whose time has passed (backoff, deadline, a stop to repeat): deadlines are rows, not reminders. And those that may have waited
/// for something that died with a silo: the queue is read again and stops are repeated; cells compare their rows by themselves.
/// </summary>
internal sealed partial class WakingGrain(ITaskRows rows, TimeProvider clock, ILogger<WakingGrain> logger) : Grain, IWakingGrain
{
    /// <summary>Tasks woken in one sweep; the next takes the rest.</summary>
    private const int CountMax = 500;

    /// <summary>Silos call once in <see cref="SiloWatch.Period"/> each, and not together: what comes sooner than this was just done.</summary>
    private static readonly TimeSpan SweepPause = SiloWatch.Period * 0.9;

    private readonly HashSet<string> dead = [];
    private DateTimeOffset? sweptAt;

    public async Task Sweep()
    {
        var now = clock.GetUtcNow();
        if (now - sweptAt < SweepPause)
        {
            return;
        }

        await WakeAll(await rows.Due(now, CountMax, CancellationToken.None));
        sweptAt = now;
    }

    public async Task SiloDied(string silo)
    {
        if (dead.Contains(silo))
        {
            return;
        }

        await GrainFactory.GetGrain<IPlacementGrain>(Keys.Placement).ReadAgain();
        var stopping = await rows.Canceling(CancellationToken.None);
        await WakeAll(stopping);
        LogDied(logger, silo, stopping.Count);
        dead.Add(silo);
    }

    private async Task WakeAll(IReadOnlyList<TaskId> tasks)
    {
        foreach (var task in tasks)
        {
            await Wake(task);
        }
    }

    /// <summary>A task that cannot be woken must not keep the others asleep.</summary>
    private async Task Wake(TaskId task)
    {
        try
        {
            await GrainFactory.GetGrain<ITaskGrain>(Keys.Task(task)).Wake();
        }
        catch (Exception fault) when (!Faults.Pass(fault))
        {
            LogBug(logger, task, fault);
        }
    }

    [LoggerMessage(LogLevel.Error, "Task {Task} could not be woken: a fault that must not happen")]
    private static partial void LogBug(ILogger logger, TaskId task, Exception fault);

    [LoggerMessage(LogLevel.Information, "The silo {Silo} is dead: the queue was read again, and {Stopping} tasks that are being stopped were woken")]
    private static partial void LogDied(ILogger logger, string silo, int stopping);
}
