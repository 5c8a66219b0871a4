using Granary.Grains;
using Granary.Grains.Ports;
using Microsoft.Extensions.Options;

namespace Granary.Silo.Storage.Logs;

/// <summary>Removes old log lines. Several silos may do so at once: what is gone is gone.</summary>
internal sealed partial class LogRetention(ILogStore logs, IOptions<LogRetentionOptions> options, TimeProvider clock, ILogger<LogRetention> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.Every, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                if (await logs.Trim(clock.GetUtcNow(), options.Value.AgeMax, options.Value.AppBytesMax, stoppingToken) is > 0 and var removed)
                {
                    LogRemoved(logger, removed);
                }
            }
            catch (Exception fault) when (Faults.Pass(fault))
            {
                LogWillRetry(logger, fault.Message);
            }
        }
    }

    [LoggerMessage(LogLevel.Debug, "{Removed} log lines were removed for their age or their app's size")]
    private static partial void LogRemoved(ILogger logger, long removed);

    [LoggerMessage(LogLevel.Warning, "Old log lines could not be removed ({Fault}); the next round tries again")]
    private static partial void LogWillRetry(ILogger logger, string fault);
}
