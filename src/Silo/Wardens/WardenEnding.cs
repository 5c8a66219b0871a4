using Granary.Core.Leases;

namespace Granary.Silo.Wardens;

/// <summary>
/// How a warden ends that is told to: for a short while the cell is drained, as far as there is a silo to do it and a database to tell it to. Then the silos end, and what is left is killed.
/// </summary>
internal sealed partial class WardenEnding(EnforcementPlace place, TimeSpan stopGrace, Candidates candidates, DoorKeeper door, Enforcer enforcer)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);

    /// <summary>The silo reads its orders each second, and what ended has to be told to its task.</summary>
    private static readonly TimeSpan QuietFor = TimeSpan.FromSeconds(2);

    /// <summary>Beyond the deadline and the grace of a stop: what the reading and the telling take.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(5);

    /// <summary>Silos let go of what they do.</summary>
    private static readonly TimeSpan SilosEndMax = TimeSpan.FromSeconds(15);

    /// <summary>Waits until it is told, and then for the enforcer, which ends when everything is stopped.</summary>
    public async Task Run(Task told, Action begins, CancellationToken cancellation)
    {
        await told.WaitAsync(cancellation);
        begins();
        await Drain(cancellation);
        await candidates.End(SilosEndMax, cancellation); // Before the enforcer: while a silo lives it would stand in.
        enforcer.Post(new WardenEvent.EndRequested(HostClock.Now));
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
    }

    private async Task Drain(CancellationToken cancellation)
    {
        var time = place.Options.EndingDrain;
        if (time == TimeSpan.Zero || candidates.IsEmpty || enforcer.LeasedSince is null)
        {
            return;
        }

        LogDrains(place.Logger, place.Cell.Name, time);
        door.EndsAt = DateTimeOffset.UtcNow + time;
        var group = CellGroup.Open(place.CellGroup);
        var since = HostClock.Now;
        var quietSince = since;
        using var timer = new PeriodicTimer(LookEvery);
        // Without a lease everything is being killed already, and without a silo nobody moves anything.
        while (HostClock.Now - since < time + stopGrace + Margin && HostClock.Now - quietSince < QuietFor && enforcer.LeasedSince is not null && !candidates.IsEmpty)
        {
            await timer.WaitForNextTickAsync(cancellation);
            quietSince = group.IsEmpty ? quietSince : HostClock.Now;
        }
    }

    [LoggerMessage(LogLevel.Information, "{Cell} is told to end on this host: what runs may end by itself for {Time}, and is then moved")]
    private static partial void LogDrains(ILogger logger, string cell, TimeSpan time);
}
