using System.ComponentModel.DataAnnotations;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Granary.Core.Cells;
using Granary.Core.Leases;
using Granary.Grains.Ports;
using Granary.Silo.Storage.Leases;
using Microsoft.Extensions.Logging.Console;

namespace Granary.Silo.Wardens;

/// <summary>
/// The warden of a cell as a process: <c>Granary.Silo warden</c> with the switches of a silo. It is started by the silo that serves the cell, takes the
/// lease over from it, and outlives it.
/// </summary>
internal static partial class WardenProgram
{
    /// <summary>The one before was killed and is about to be gone.</summary>
    private static readonly TimeSpan HoldMax = TimeSpan.FromSeconds(5);

    private const int WarmUpTries = 3;

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// No part of the silo's session, with its output in a file, and served before others when cores are scarce: what is late here kills. Where the kernel
    /// groups sessions, a nice value counts only within one, and the session has one of its own.
    /// </summary>
    private const string Launch = "exec nice -n -10 setsid /bin/sh -c '{ echo -10 >/proc/self/autogroup; } 2>/dev/null; exec \"$@\"' sh \"$@\" </dev/null >>\"$GRANARY_LOG\" 2>&1";

    /// <summary>Starts one beside this silo.</summary>
    /// <param name="arguments">The silo's own switches.</param>
    public static void Start(string cellFolder, string[] arguments)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", Launch, "sh", .. Candidate.ThisProgram(), "warden", .. arguments]) { UseShellExecute = false };
        start.Environment["GRANARY_LOG"] = Path.Combine(cellFolder, "warden.log");
        start.Environment["DOTNET_gcConcurrent"] = "0"; // A thread less; there is little to collect.
        using var started = Process.Start(start);
    }

    public static Task<int> Run(string[] arguments) => Run(arguments, null);

    /// <summary>The warden as a service, which starts its silo itself and keeps it up until it is told to end.</summary>
    /// <param name="arguments">The silo's switches.</param>
    public static Task<int> Host(string[] arguments, SystemdNotice systemd) => Run(arguments, systemd);

    private static async Task<int> Run(string[] arguments, SystemdNotice? systemd)
    {
        using var logging = LoggerFactory.Create(builder => builder.AddSimpleConsole(console => (console.SingleLine, console.TimestampFormat, console.ColorBehavior) = (true, "yyyy-MM-ddTHH:mm:ss.fffZ ", LoggerColorBehavior.Disabled)));
        var logger = logging.CreateLogger("Granary.Warden");
        try
        {
            var settings = Settings.Read(arguments);
            if (!settings.Options.IsCluster)
            {
                throw new ValidationException("A single node on SQLite has no lease, and so no warden: give --db postgres://... or start a silo alone.");
            }

            using var ending = new CancellationTokenSource();
            var service = systemd is null ? null : new Service(systemd, Candidate.New(settings.Options.SiloName, arguments));
            await Guard(settings, service, logger, ending);
            return 0;
        }
        catch (Exception fault) when (fault is UsageException or ValidationException or IOException or UnauthorizedAccessException or NotSupportedException)
        {
            LogFailed(logger, fault.Message);
            return 1;
        }
    }

    /// <param name="service">Null for a warden that a silo has started.</param>
    private static async Task Guard(Settings settings, Service? service, ILogger logger, CancellationTokenSource ending)
    {
        var options = settings.Options;
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Told(signal, ended));
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Told(signal, ended));
        // The warden in whose place this one waits takes a silo that was told to end for gone, and starts one that died.
        Action renew = () => SiloFile.Living(options.CellFolder, options.SiloName)?.Kill(ProcessHandle.Sigkill);
        using var hangUp = service is null ? null : PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal => Renew(signal, renew));
        _ = service?.Systemd.Beat(ending.Token);
        using var file = service is null ? await Hold(options.CellFolder) : await Stand(options.CellFolder, service, ended.Task, logger);
        if (file is null)
        {
            return;
        }

        await using var store = Composition.LeasesOf(options, settings.All);
        var place = Composition.EnforcementPlaceOf(options, settings.All, store, logger);
        await Task.WhenAll(WarmUp(store), Rehearse(place, ending.Token));
        var policy = place.Options.Policy();
        Directory.CreateDirectory(SiloFile.FolderIn(options.CellFolder));
        var candidates = new Candidates(options.CellFolder, logger) { Kept = service?.Silo };
        renew = candidates.Renew;
        using var enforcement = new Enforcement(place, "warden", new LastRenewal(options.CellFolder).Within(policy.StopAfter), candidates, ending.Token);
        var enforcer = enforcement.Enforcer;
        candidates.Post = enforcer.Post;
        var door = new DoorKeeper(
            options.CellFolder,
            () => (enforcer.Epoch, enforcer.LeasedSince),
            (silo, process) =>
            {
                candidates.Hear(silo, process);
                service?.Systemd.Ready($"{silo} is up");
                enforcer.Post(new WardenEvent.SiloSpoke(HostClock.Now, silo));
            },
            silo => enforcer.Post(new WardenEvent.SiloSpoke(HostClock.Now, silo)),
            logger);
        var last = new WardenEnding(place, Composition.Cell(settings.All).StopGrace, candidates, door, enforcer);
        LogBegins(logger, options.Cell, Environment.ProcessId);
        var enforcing = enforcement.Run(ending.Token);
        Task[] all = [enforcing, candidates.Run(ending.Token), door.Run(ending.Token), last.Run(ended.Task, () => service?.Systemd.Stopping("draining the cell, and ending it on this host"), ending.Token), EndWhenAlone(place, policy, candidates, ended, ending.Token)];
        await await Task.WhenAny(all);
        await ending.CancelAsync();
        await Task.WhenAll(all).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        LogEnds(logger, options.Cell);
    }

    /// <summary>The first call of all takes longer than any other. Meanwhile the silo that started this process enforces the lease.</summary>
    private static async Task WarmUp(PostgresLeaseStore store)
    {
        for (var tries = 0; tries < WarmUpTries; tries++)
        {
            try
            {
                await store.Read(CancellationToken.None);
                return;
            }
            catch (DatabaseUnavailableException)
            {
                // The enforcer tells, and goes on trying.
            }
        }
    }

    /// <summary>A warden that cannot kill still tells others that its host lives; what it promises beyond that does not hold, and its log says so.</summary>
    private static async Task Rehearse(EnforcementPlace place, CancellationToken cancellation)
    {
        try
        {
            await Rehearsal.Run(place.CellGroup, cancellation);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            LogCannotKill(place.Logger, place.Cell, fault.Message);
        }
    }

    private static void Told(PosixSignalContext signal, TaskCompletionSource ended)
    {
        signal.Cancel = true; // Everything is stopped first.
        ended.TrySetResult();
    }

    private static void Renew(PosixSignalContext signal, Action renew)
    {
        signal.Cancel = true;
        renew();
    }

    /// <summary>
    /// A silo whose warden died has started another one. That one stays the warden as long as it lives, and is told to end when this process is. Null when that has happened.
    /// </summary>
    private static async Task<WardenFile?> Stand(string cellFolder, Service service, Task told, ILogger logger)
    {
        ProcessIdentity? known = null;
        var isForwarded = false;
        while (true)
        {
            var living = WardenFile.Living(cellFolder);
            if (told.IsCompleted && living is null)
            {
                return null;
            }

            if (told.IsCompleted && !isForwarded)
            {
                isForwarded = living!.Kill(ProcessHandle.Sigterm);
            }
            else if (!told.IsCompleted && WardenFile.TryHold(cellFolder) is { } file)
            {
                return file;
            }
            else if (living is not null && living != known)
            {
                known = living;
                service.Systemd.Ready($"the cell's warden is process {living.Pid}, which its silo has started");
                LogStandsBy(logger, cellFolder, living.Pid);
            }

            await Task.Delay(LookEvery);
        }
    }

    private static async Task<WardenFile> Hold(string cellFolder)
    {
        var since = HostClock.Now;
        while (true)
        {
            if (WardenFile.TryHold(cellFolder) is { } file)
            {
                return file;
            }

            if (HostClock.Now - since > HoldMax)
            {
                throw new IOException($"{cellFolder} has a warden already: process {WardenFile.Living(cellFolder)?.Pid}.");
            }

            await Task.Delay(LookEvery);
        }
    }

    /// <summary>Whose silos were all told to end, and in whose cell nothing runs, guards nothing.</summary>
    private static async Task EndWhenAlone(EnforcementPlace place, LeasePolicy policy, Candidates candidates, TaskCompletionSource ended, CancellationToken cancellation)
    {
        var group = CellGroup.Open(place.CellGroup);
        var since = HostClock.Now;
        using var timer = new PeriodicTimer(policy.RenewEvery);
        while (await timer.WaitForNextTickAsync(cancellation))
        {
            if (!candidates.IsEmpty || !group.IsEmpty)
            {
                since = HostClock.Now;
            }
            else if (HostClock.Now - since > policy.ServingGrace)
            {
                ended.TrySetResult();
            }
        }
    }

    [LoggerMessage(LogLevel.Information, "The warden of {Cell} begins as process {Pid}")]
    private static partial void LogBegins(ILogger logger, string cell, int pid);

    [LoggerMessage(LogLevel.Warning, "{CellFolder} has a warden already, process {Pid}, which its silo has started: this process takes its place when it ends")]
    private static partial void LogStandsBy(ILogger logger, string cellFolder, int pid);

    [LoggerMessage(LogLevel.Error, "The warden of {Cell} cannot kill through the kernel's control groups: {Fault} After a loss of the lease attempts may run twice. Let it run as root on the host, with the groups mounted for writing")]
    private static partial void LogCannotKill(ILogger logger, CellId cell, string fault);

    [LoggerMessage(LogLevel.Information, "The warden of {Cell} ends")]
    private static partial void LogEnds(ILogger logger, string cell);

    [LoggerMessage(LogLevel.Critical, "{Fault}")]
    private static partial void LogFailed(ILogger logger, string fault);

    /// <summary>What a warden that is a service has besides: systemd to speak to, and a silo to keep.</summary>
    private sealed record Service(SystemdNotice Systemd, Candidate Silo);
}
