using Granary.Grains;
using Granary.Grains.Ports;

namespace Granary.Silo.Storage.Usage;

/// <summary>Gathers usage events now and then. Several silos may do so at once: one after another, and what one has written the next does not find.</summary>
internal sealed partial class UsageGathering(IUsage usage, TimeProvider clock, ILogger<UsageGathering> logger) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    /// <summary>So often everything is looked through: a silo whose clock is far off stamps rows that the others have passed.</summary>
    private static readonly TimeSpan EverythingEvery = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, clock);
        long? everything = null;
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                var isDue = everything is not { } at || clock.GetElapsedTime(at) > EverythingEvery;
                await usage.Gather(isDue, stoppingToken);
                everything = isDue ? clock.GetTimestamp() : everything;
            }
            catch (Exception fault) when (Faults.Pass(fault))
            {
                LogWillRetry(logger, fault.Message);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Usage events could not be gathered ({Fault}); the next round tries again")]
    private static partial void LogWillRetry(ILogger logger, string fault);
}
