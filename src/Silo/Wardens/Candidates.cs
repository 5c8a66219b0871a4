using System.Collections.Concurrent;
using Granary.Core.Leases;
using Granary.Core.Retry;

namespace Granary.Silo.Wardens;

/// <summary>Watches the candidate silos of a cell and starts those again that died.</summary>
internal sealed partial class Candidates(string cellFolder, ILogger logger)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);

    /// <summary>A silo starts in 2 s on an idle machine; one that joins a cluster beside its own old self, in up to 30 s on a busy one.</summary>
    private static readonly TimeSpan StartMax = TimeSpan.FromSeconds(90);

    /// <summary>Between the starts of a silo that dies again and again, for example because its database is away.</summary>
    private static readonly Backoff Again = new(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(10));

    /// <summary>A silo that lived this long has not died of its start.</summary>
    private static readonly TimeSpan Lived = TimeSpan.FromSeconds(60);

    private readonly ConcurrentDictionary<string, Watched> watched = new(StringComparer.Ordinal);
    private volatile bool isEnding;

    public Action<WardenEvent> Post { get; set; } = _ => { };

    /// <summary>The silo that is started if there is none, and again whatever way it ended; null for none.</summary>
    public Candidate? Kept { get; init; }

    public bool IsEmpty => watched.IsEmpty;

    /// <summary>A silo said who it is.</summary>
    public void Hear(string name, ProcessIdentity process)
    {
        if (Candidate.Of(name, process) is not { } candidate)
        {
            return; // It died meanwhile, before it was known.
        }

        watched.AddOrUpdate(
            name,
            _ => new Watched(candidate, HostClock.Now),
            (_, before) => before.Candidate.Process == process ? before.Heard() : new Watched(candidate, HostClock.Now) { Deaths = before.Deaths }.Heard());
    }

    public void Kill(string name)
    {
        if (watched.TryGetValue(name, out var silo) && silo.Candidate.Process.Kill(ProcessHandle.Sigkill))
        {
            LogKilled(logger, name);
        }
    }

    /// <summary>Starts a silo again that has ended; soon, or later if it dies again and again.</summary>
    public void Start(string name, CancellationToken cancellation)
    {
        if (watched.TryGetValue(name, out var silo))
        {
            _ = StartAfter(silo, silo.Deaths <= 1 ? TimeSpan.Zero : Again.Delay(silo.Deaths - 1, Guid.Empty), cancellation);
        }
    }

    /// <summary>Looks after them until cancelled.</summary>
    public async Task Run(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(LookEvery);
        do
        {
            foreach (var silo in watched.Values)
            {
                Look(silo);
            }

            LookForKept();
        }
        while (await timer.WaitForNextTickAsync(cancellation));
    }

    /// <summary>SIGTERM to all; returns when they are gone, or after this time.</summary>
    public async Task End(TimeSpan atMost, CancellationToken cancellation)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        enough.CancelAfter(atMost);
        isEnding = true;
        foreach (var (name, process) in SiloFile.AllLiving(cellFolder))
        {
            Hear(name, process); // Not each has come to the door yet.
        }

        foreach (var silo in watched.Values)
        {
            SiloFile.Delete(cellFolder, silo.Candidate.Name);
            silo.Candidate.Process.Kill(ProcessHandle.Sigterm);
        }

        using var timer = new PeriodicTimer(LookEvery);
        try
        {
            while (watched.Values.Any(each => each.Candidate.Process.IsAlive))
            {
                await timer.WaitForNextTickAsync(enough.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            foreach (var silo in watched.Values)
            {
                Kill(silo.Candidate.Name);
            }
        }
    }

    /// <summary>SIGTERM to the silo that is kept, which comes back as it is on the disk now.</summary>
    public void Renew()
    {
        if (Kept is { } kept && watched.TryGetValue(kept.Name, out var silo))
        {
            silo.Candidate.Process.Kill(ProcessHandle.Sigterm);
        }
    }

    /// <summary>One that lives says so at the door.</summary>
    private void LookForKept()
    {
        if (Kept is { } kept && !isEnding && !watched.ContainsKey(kept.Name) && SiloFile.Living(cellFolder, kept.Name) is null)
        {
            watched.TryAdd(kept.Name, Started(new Watched(kept, HostClock.Now)));
        }
    }

    private void Look(Watched silo)
    {
        var name = silo.Candidate.Name;
        var now = HostClock.Now;
        if (silo.IsDown)
        {
            Post(new WardenEvent.SiloSpoke(now, name)); // It is about to be started again.
        }
        else if (silo.Candidate.Process.IsAlive)
        {
            if (!silo.IsHeard && now - silo.Since < StartMax)
            {
                Post(new WardenEvent.SiloSpoke(now, name)); // It starts, and cannot speak yet.
            }
        }
        else if (!SiloFile.Exists(cellFolder, name))
        {
            LogLeft(logger, name);
            watched.TryRemove(KeyValuePair.Create(name, silo));
            Post(new WardenEvent.SiloLeft(now, name));
        }
        else if (watched.TryUpdate(name, silo with { IsDown = true, Deaths = now - silo.Since > Lived ? 1 : silo.Deaths + 1 }, silo))
        {
            LogDied(logger, name);
            Post(new WardenEvent.SiloEnded(now, name));
        }
    }

    private async Task StartAfter(Watched silo, TimeSpan delay, CancellationToken cancellation)
    {
        await Task.Delay(delay, cancellation);
        var name = silo.Candidate.Name;
        if (!SiloFile.Exists(cellFolder, name))
        {
            LogLeft(logger, name);
            watched.TryRemove(KeyValuePair.Create(name, silo));
            Post(new WardenEvent.SiloLeft(HostClock.Now, name));
            return;
        }

        var started = Started(silo);
        watched.TryUpdate(name, started, silo);
        LogStarted(logger, name, started.Candidate.Process.Pid, silo.Deaths);
    }

    private Watched Started(Watched silo)
    {
        var started = silo.Candidate.Start(cellFolder, sharesOutput: silo.Candidate.Name == Kept?.Name);
        SiloFile.Write(cellFolder, started.Name, started.Process);
        return silo with { Candidate = started, Since = HostClock.Now, IsDown = false, IsHeard = false };
    }

    /// <param name="Since">When this process of it was first known.</param>
    private sealed record Watched(Candidate Candidate, TimeSpan Since)
    {
        /// <summary>It has said who it is.</summary>
        public bool IsHeard { get; init; }

        /// <summary>It has ended and was not started again yet.</summary>
        public bool IsDown { get; init; }

        /// <summary>How often it died without having lived for long.</summary>
        public int Deaths { get; init; }

        public Watched Heard() => this with { IsHeard = true };
    }

    [LoggerMessage(LogLevel.Warning, "{Silo} hangs and is killed")]
    private static partial void LogKilled(ILogger logger, string silo);

    [LoggerMessage(LogLevel.Warning, "{Silo} has died")]
    private static partial void LogDied(ILogger logger, string silo);

    [LoggerMessage(LogLevel.Warning, "{Silo} was told to end and is gone")]
    private static partial void LogLeft(ILogger logger, string silo);

    [LoggerMessage(LogLevel.Warning, "{Silo} was started again as process {Pid}; deaths since it last lived for a minute: {Deaths}")]
    private static partial void LogStarted(ILogger logger, string silo, int pid, int deaths);
}
