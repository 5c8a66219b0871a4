using Granary.Grains.Contracts;
using Granary.Grains.Ports;
using Microsoft.Extensions.Logging;

namespace Granary.Grains;

/// <summary>
/// Wakes tasks and instances whose time has passed (backoff, deadline, a stop to repeat): deadlines are rows, not reminders. Apps, of which some instances may
/// not know what is wanted of them. And those that may have waited
/// for something that died with a silo: the queue is read again and stops are repeated; cells compare their rows by themselves.
/// </summary>
internal sealed partial class WakingGrain(IWorkRows rows, IAppRows apps, TimeProvider clock, ILogger<WakingGrain> logger) : Grain, IWakingGrain
{
    /// <summary>Woken of each kind in one sweep; the next takes the rest.</summary>
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
        foreach (var app in await apps.Due(now, CountMax, CancellationToken.None))
        {
            await Wake(app.Value, () => GrainFactory.GetGrain<IAppGrain>(Keys.App(app)).Wake());
        }

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

    private async Task WakeAll(IReadOnlyList<Guid> works)
    {
        foreach (var work in works)
        {
            await Wake(work, () => GrainFactory.Work(work).Wake());
        }
    }

    /// <summary>One that cannot be woken must not keep the others asleep.</summary>
    private async Task Wake(Guid sleeper, Func<Task> wake)
    {
        try
        {
            await wake();
        }
        catch (Exception fault) when (!Faults.Pass(fault))
        {
            LogBug(logger, sleeper, fault);
        }
    }

    [LoggerMessage(LogLevel.Error, "{Sleeper} could not be woken: a fault that must not happen")]
    private static partial void LogBug(ILogger logger, Guid sleeper, Exception fault);

    [LoggerMessage(LogLevel.Information, "The silo {Silo} is dead: the queue was read again, and {Stopping} tasks and instances that are being stopped were woken")]
    private static partial void LogDied(ILogger logger, string silo, int stopping);
}
