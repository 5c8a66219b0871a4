using Granary.Grains;
using Granary.Grains.Ports;
using Microsoft.Extensions.Options;

namespace Granary.Silo.Storage.Rows;

/// <summary>Removes old rows now and then. Several silos may do so at once: what is gone is gone.</summary>
internal sealed partial class RowRetention(OldRows rows, IUsage usage, IOptions<RowRetentionOptions> options, TimeProvider clock, ILogger<RowRetention> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.Every, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                var now = clock.GetUtcNow();
                var tasks = await rows.RemoveTasks(now - options.Value.TasksAgeMax, stoppingToken);
                var events = await rows.RemoveEvents(now - options.Value.EventsAgeMax, stoppingToken);
                var used = await usage.Remove(now - options.Value.UsageAgeMax, stoppingToken);
                var jobs = await rows.RemoveJobs(now - options.Value.JobsAgeMax, stoppingToken);
                if (tasks + events + used + jobs > 0)
                {
                    LogRemoved(logger, tasks, events, used, jobs);
                }
            }
            catch (Exception fault) when (Faults.Pass(fault))
            {
                LogWillRetry(logger, fault.Message);
            }
        }
    }

    [LoggerMessage(LogLevel.Information, "{Tasks} tasks, {Events} events, {Used} usage events and {Jobs} jobs were removed for their age")]
    private static partial void LogRemoved(ILogger logger, int tasks, int events, int used, int jobs);

    [LoggerMessage(LogLevel.Warning, "Old rows could not be removed ({Fault}); the next round tries again")]
    private static partial void LogWillRetry(ILogger logger, string fault);
}
