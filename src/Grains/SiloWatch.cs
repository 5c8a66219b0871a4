using Granary.Grains.Cells;
using Granary.Grains.Contracts;
using Granary.Grains.Ports;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Granary.Grains;

/// <summary>Keeps the waking and the moving going: calls the one actor of each again and again, and tells of each silo that died.</summary>
internal sealed partial class SiloWatch(
    IClusterMembershipService membership,
    IGrainFactory grains,
    IOptions<MovingOptions> moving,
    TimeProvider clock,
    ILogger<SiloWatch> logger,
    ICellAgent? cell = null,
    ILeaseStore? leases = null) : BackgroundService
{
    /// <summary>One query over an index each second keeps a deadline's lateness below what people notice.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private IWakingGrain Waking => grains.GetGrain<IWakingGrain>(Keys.Waking);

    private IMovingGrain Moving => grains.GetGrain<IMovingGrain>(Keys.Moving);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        Every(Period, () => Waking.Sweep(), stoppingToken),
        leases is null ? Task.CompletedTask : Every(moving.Value.LookEvery, () => Moving.Sweep(), stoppingToken), // Without leases nothing ends one.
        Watch(stoppingToken));

    private async Task Every(TimeSpan period, Func<Task> sweep, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(period, clock);
        while (await timer.WaitForNextTickAsync(cancellation))
        {
            try
            {
                await sweep().WaitAsync(cancellation);
            }
            catch (Exception fault) when (Faults.Pass(fault))
            {
                LogWillRetry(logger, fault.Message);
            }
        }
    }

    /// <summary>Snapshots may skip some; a dead silo stays in them for long.</summary>
    private async Task Watch(CancellationToken cancellation)
    {
        var known = membership.CurrentSnapshot.Members.Where(each => each.Value.Status == SiloStatus.Dead).Select(each => each.Key).ToHashSet();
        await foreach (var snapshot in membership.MembershipUpdates.WithCancellation(cancellation))
        {
            foreach (var (address, member) in snapshot.Members)
            {
                if (member.Status == SiloStatus.Dead && known.Add(address))
                {
                    LogDied(logger, member.Name, address);
                    await Tell(address.ToParsableString(), cancellation);
                }
            }
        }
    }

    private async Task Tell(string silo, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                await Waking.SiloDied(silo).WaitAsync(cancellation);
                if (cell is not null)
                {
                    await cell.LookAgain(cancellation); // Orders for it may have died too.
                }

                return;
            }
            catch (Exception fault) when (Faults.Pass(fault))
            {
                LogWillRetry(logger, fault.Message);
                await Task.Delay(Period, clock, cancellation);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "The silo {Name} ({Address}) is dead")]
    private static partial void LogDied(ILogger logger, string name, SiloAddress address);

    [LoggerMessage(LogLevel.Warning, "The waking was cut short ({Fault}); it goes on in a moment")]
    private static partial void LogWillRetry(ILogger logger, string fault);
}
