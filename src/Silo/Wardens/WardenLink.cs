using System.Net.Sockets;
using System.Text;
using Granary.Core.Cells;
using Granary.Core.Leases;
using Granary.Grains.Ports;

namespace Granary.Silo.Wardens;

/// <summary>A silo's line to the warden of its cell, and the place where the silo enforces the lease itself while there is none.</summary>
internal sealed partial class WardenLink(string cellFolder, bool hasWardens, LeasePolicy policy, Func<TimeSpan?, Enforcement> standIn, Action startWarden, ILogger<WardenLink> logger) : IWardenLink
{
    private static readonly TimeSpan ConnectEvery = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan TellEvery = TimeSpan.FromMilliseconds(100);

    private readonly Lock gate = new();
    private readonly StartGate gateOfStarts = new(cellFolder);
    private readonly TaskCompletionSource standing = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Action<ServingEvent> hear = _ => { };
    private CancellationToken running;
    private NetworkStream? line;
    private Task sending = Task.CompletedTask;

    /// <summary>The name of this silo.</summary>
    public required string Silo { get; init; }

    public LeasePolicy Policy => policy;

    public TimeSpan Now => HostClock.Now;

    public long? Gate => gateOfStarts.Epoch;

    public DateTimeOffset? EndsAt { get; private set; }

    public bool HasWarden => hasWardens && WardenFile.Living(cellFolder) is not null;

    public async Task Run(Action<ServingEvent> hear, CancellationToken cancellation)
    {
        (this.hear, running) = (hear, cancellation);
        await await Task.WhenAny(hasWardens ? Meet(cancellation) : Task.Delay(Timeout.InfiniteTimeSpan, cancellation), standing.Task);
    }

    /// <summary>One beat at a time: a warden that does not read gets no more of them.</summary>
    public void Beat()
    {
        lock (gate)
        {
            if (line is not null && sending.IsCompleted)
            {
                sending = Send(line, Door.Beat);
            }
        }
    }

    /// <summary>A fault of it ends this silo: nobody would enforce the lease any more.</summary>
    public void StandIn(TimeSpan? sentAt) => Enforce(sentAt).ContinueWith(failed => standing.TrySetException(failed.Exception!), CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);

    public void KillWarden()
    {
        if (hasWardens && WardenFile.Living(cellFolder) is { } warden && warden.Kill(ProcessHandle.Sigkill))
        {
            LogKilled(logger, warden.Pid);
        }
    }

    public void StartWarden()
    {
        if (hasWardens)
        {
            startWarden();
        }
    }

    private async Task Meet(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(ConnectEvery);
        do
        {
            if (await Connect(cancellation) is { } opened)
            {
                await Listen(opened, cancellation);
            }
        }
        while (await timer.WaitForNextTickAsync(cancellation));
    }

    private async Task<NetworkStream?> Connect(CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(Door.PathIn(cellFolder)), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null; // Nobody is there yet, or any more.
        }
    }

    private async Task Listen(NetworkStream opened, CancellationToken cancellation)
    {
        await using var closing = opened;
        try
        {
            await Send(opened, Door.Hello(Silo));
            lock (gate)
            {
                line = opened;
            }

            using var reader = new StreamReader(opened, Encoding.UTF8);
            while (await reader.ReadLineAsync(cancellation) is { } said)
            {
                if (Door.ReadLease(said) is var (epoch, sentAt))
                {
                    hear(new ServingEvent.LeaseTold(HostClock.Now, epoch, sentAt, ByWarden: true));
                }
                else if (Door.ReadEnds(said) is { } endsAt)
                {
                    EndsAt = endsAt;
                }
            }
        }
        catch (IOException)
        {
            // The warden died in the middle of a line.
        }
        finally
        {
            lock (gate)
            {
                line = null;
            }

            EndsAt = null; // Of another warden nobody knows that yet.
        }

        hear(new ServingEvent.WardenEnded(HostClock.Now));
    }

    private async Task Send(NetworkStream to, string words)
    {
        try
        {
            await to.WriteAsync(Encoding.UTF8.GetBytes($"{words}\n"), running);
        }
        catch (Exception closed) when (closed is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // Whoever listens sees that too.
        }
    }

    private async Task Enforce(TimeSpan? sentAt)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(running);
        using var enforcement = standIn(sentAt);
        var telling = Tell(enforcement.Enforcer, ending.Token);
        await enforcement.Run(ending.Token);
        await ending.CancelAsync();
        await telling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        hear(new ServingEvent.Relieved(HostClock.Now));
    }

    private async Task Tell(Enforcer enforcer, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(TellEvery);
        do
        {
            hear(new ServingEvent.LeaseTold(HostClock.Now, enforcer.Epoch, enforcer.LeasedSince, ByWarden: false));
        }
        while (await timer.WaitForNextTickAsync(cancellation));
    }

    [LoggerMessage(LogLevel.Warning, "The warden, process {Pid}, is silent and was killed")]
    private static partial void LogKilled(ILogger logger, int pid);
}
