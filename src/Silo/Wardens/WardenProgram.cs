using System.ComponentModel.DataAnnotations;
using System.Diagnostics;
using System.Reflection;
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

    /// <summary>Silos let go of what they do; containers run on meanwhile.</summary>
    private static readonly TimeSpan SilosEndMax = TimeSpan.FromSeconds(15);

    /// <summary>
    /// No part of the silo's session, with its output in a file, and served before others when cores are scarce: what is late here kills. Where the kernel
    /// groups sessions, a nice value counts only within one, and the session has one of its own.
    /// </summary>
    private const string Launch = "exec nice -n -10 setsid /bin/sh -c '{ echo -10 >/proc/self/autogroup; } 2>/dev/null; exec \"$@\"' sh \"$@\" </dev/null >>\"$GRANARY_LOG\" 2>&1";

    /// <summary>Starts one beside this silo.</summary>
    /// <param name="arguments">The silo's own switches.</param>
    public static void Start(string cellFolder, string[] arguments)
    {
        var program = Environment.ProcessPath!;
        string[] command = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [program, Assembly.GetEntryAssembly()!.Location] : [program];
        var start = new ProcessStartInfo("/bin/sh", ["-c", Launch, "sh", .. command, "warden", .. arguments]) { UseShellExecute = false };
        start.Environment["GRANARY_LOG"] = Path.Combine(cellFolder, "warden.log");
        start.Environment["DOTNET_gcConcurrent"] = "0"; // A thread less; there is little to collect.
        using var started = Process.Start(start);
    }

    public static async Task<int> Run(string[] arguments)
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
            await Guard(settings, logger, ending);
            return 0;
        }
        catch (Exception fault) when (fault is UsageException or ValidationException or IOException or UnauthorizedAccessException or NotSupportedException)
        {
            LogFailed(logger, fault.Message);
            return 1;
        }
    }

    private static async Task Guard(Settings settings, ILogger logger, CancellationTokenSource ending)
    {
        var options = settings.Options;
        using var file = await Hold(options.CellFolder);
        await using var store = Composition.LeasesOf(options, settings.All);
        var place = Composition.EnforcementPlaceOf(options, settings.All, store, logger);
        await Task.WhenAll(WarmUp(store), Rehearse(place, ending.Token));
        var policy = place.Options.Policy();
        var candidates = new Candidates(options.CellFolder, logger);
        using var enforcement = new Enforcement(place, "warden", new LastRenewal(options.CellFolder).Within(policy.StopAfter), candidates, ending.Token);
        var enforcer = enforcement.Enforcer;
        candidates.Post = enforcer.Post;
        var door = new DoorKeeper(
            options.CellFolder,
            () => (enforcer.Epoch, enforcer.LeasedSince),
            (silo, process) =>
            {
                candidates.Hear(silo, process);
                enforcer.Post(new WardenEvent.SiloSpoke(HostClock.Now, silo));
            },
            silo => enforcer.Post(new WardenEvent.SiloSpoke(HostClock.Now, silo)),
            logger);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Told(signal, ended));
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Told(signal, ended));
        LogBegins(logger, options.Cell, Environment.ProcessId);
        var enforcing = enforcement.Run(ending.Token);
        Task[] all = [enforcing, candidates.Run(ending.Token), door.Run(ending.Token), EndWhenTold(ended.Task, candidates, enforcer, ending.Token), EndWhenAlone(place, policy, candidates, ended, ending.Token)];
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

    /// <summary>The silos first: while one lives it would stand in.</summary>
    private static async Task EndWhenTold(Task told, Candidates candidates, Enforcer enforcer, CancellationToken cancellation)
    {
        await told.WaitAsync(cancellation);
        await candidates.End(SilosEndMax, cancellation);
        enforcer.Post(new WardenEvent.EndRequested(HostClock.Now));
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellation); // The enforcer ends when everything is stopped.
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

    [LoggerMessage(LogLevel.Error, "The warden of {Cell} cannot kill through the kernel's control groups: {Fault} After a loss of the lease attempts may run twice. Let it run as root on the host, with the groups mounted for writing")]
    private static partial void LogCannotKill(ILogger logger, CellId cell, string fault);

    [LoggerMessage(LogLevel.Information, "The warden of {Cell} ends")]
    private static partial void LogEnds(ILogger logger, string cell);

    [LoggerMessage(LogLevel.Critical, "{Fault}")]
    private static partial void LogFailed(ILogger logger, string fault);
}
