using Granary.Grains;
using Microsoft.Extensions.Options;

namespace Granary.Silo.Storage.Blobs;

/// <summary>Removes what is left of uploads that were broken off. Several silos may do so at once.</summary>
internal sealed partial class UploadSweep(IUploads uploads, IBlobReferences references, IOptions<UploadOptions> options, TimeProvider clock, ILogger<UploadSweep> logger) : BackgroundService
{
    /// <summary>From the end of an upload until its package says so the archive is checked: minutes at most (<see cref="Grains.Contracts.IPackageGrain.Complete"/> has 15).</summary>
    private static readonly TimeSpan EndedAgeMin = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.Every, clock);
        do
        {
            try
            {
                var (now, age) = (clock.GetUtcNow(), options.Value.AgeMax);
                var endedAge = age > EndedAgeMin ? age : EndedAgeMin;
                if (await uploads.Sweep(now - age, now - endedAge, references, stoppingToken) is > 0 and var removed)
                {
                    LogRemoved(logger, removed);
                }
            }
            catch (Exception fault) when (Faults.Pass(fault) || fault is UnauthorizedAccessException)
            {
                LogWillRetry(logger, fault.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(LogLevel.Information, "{Removed} remains of uploads that nobody went on with were removed")]
    private static partial void LogRemoved(ILogger logger, int removed);

    [LoggerMessage(LogLevel.Warning, "What is left of old uploads could not be removed ({Fault}); the next round tries again")]
    private static partial void LogWillRetry(ILogger logger, string fault);
}
