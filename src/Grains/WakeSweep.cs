using Granary.Core.Tasks;
using Granary.Grains.Contracts;
using Granary.Grains.Ports;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Granary.Grains;

/// <summary>The safety net: wakes tasks whose time has passed (backoff, deadline, a stop to repeat). Deadlines are rows, not reminders.</summary>
internal sealed partial class WakeSweep(ITaskRows rows, IGrainFactory grains, TimeProvider clock, ILogger<WakeSweep> logger) : BackgroundService
{
    /// <summary>Tasks woken in one sweep; the next takes the rest.</summary>
    private const int CountMax = 500;

    /// <summary>One query over an index each second keeps a deadline's lateness below what people notice.</summary>
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                foreach (var task in await rows.Due(clock.GetUtcNow(), CountMax, stoppingToken))
                {
                    await Wake(task);
                }
            }
            catch (Exception fault) when (Faults.Pass(fault))
            {
                LogWillRetry(logger, fault.Message);
            }
        }
    }

    /// <summary>A task that cannot be woken must not keep the others asleep.</summary>
    private async Task Wake(TaskId task)
    {
        try
        {
            await grains.GetGrain<ITaskGrain>(Keys.Task(task)).Wake();
        }
        catch (Exception fault) when (!Faults.Pass(fault))
        {
            LogBug(logger, task, fault);
        }
    }

    [LoggerMessage(LogLevel.Error, "Task {Task} could not be woken: a fault that must not happen")]
    private static partial void LogBug(ILogger logger, TaskId task, Exception fault);

    [LoggerMessage(LogLevel.Warning, "The sweep was cut short ({Fault}); the next one goes on")]
    private static partial void LogWillRetry(ILogger logger, string fault);
}
