using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Granary.Silo.Wardens;

/// <summary>
/// Where the silos of a host meet the warden of their cell: a socket in the cell's folder. A silo says "silo PROCESS NAME" and then "beat" several times a
/// second; the warden says "lease EPOCH TICKS" as often, with a dash where it has no lease, and before it ends "ends MILLISECONDS", since 1970. The kernel closes the line when either dies.
/// </summary>
internal static class Door
{
    public const string Beat = "beat";

    public static string PathIn(string cellFolder) => Path.Combine(cellFolder, "warden.sock");

    public static string Hello(string silo) => $"silo {ProcessIdentity.Own} {silo}";

    public static (ProcessIdentity Process, string Silo)? ReadHello(string? line) =>
        line?.Split(' ', 3) is ["silo", var process, var silo] && ProcessIdentity.Parse(process) is { } identity ? (identity, silo) : null;

    public static string Lease(long epoch, TimeSpan? sentAt) => string.Create(CultureInfo.InvariantCulture, $"lease {epoch} {(sentAt is { } at ? at.Ticks : "-")}");

    public static string Ends(DateTimeOffset at) => string.Create(CultureInfo.InvariantCulture, $"ends {at.ToUnixTimeMilliseconds()}");

    public static DateTimeOffset? ReadEnds(string? line) =>
        line?.Split(' ') is ["ends", var number] && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var at) ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null;

    public static (long Epoch, TimeSpan? SentAt)? ReadLease(string? line) =>
        line?.Split(' ') is ["lease", var first, var second] && long.TryParse(first, CultureInfo.InvariantCulture, out var epoch)
            ? (epoch, long.TryParse(second, CultureInfo.InvariantCulture, out var ticks) ? new TimeSpan(ticks) : null)
            : null;
}

/// <summary>The warden's side of the <see cref="Door"/>.</summary>
internal sealed partial class DoorKeeper(string cellFolder, Func<(long Epoch, TimeSpan? SentAt)> lease, Action<string, ProcessIdentity> hello, Action<string> beat, ILogger logger)
{
    private static readonly TimeSpan TellEvery = TimeSpan.FromMilliseconds(100);

    /// <summary>When this warden ends, for the silos; null while nobody told it to.</summary>
    public DateTimeOffset? EndsAt { get; set; }

    /// <summary>Silos on one host: far fewer.</summary>
    private const int Backlog = 16;

    public async Task Run(CancellationToken cancellation)
    {
        var path = Door.PathIn(cellFolder);
        File.Delete(path); // Of a warden that has died; this one alone holds the lock.
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(Backlog);
        while (!cancellation.IsCancellationRequested)
        {
            _ = Attend(await listener.AcceptAsync(cancellation), cancellation);
        }
    }

    private async Task Attend(Socket socket, CancellationToken cancellation)
    {
        var name = "a visitor";
        try
        {
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            await using var line = new NetworkStream(socket, ownsSocket: true);
            using var reader = new StreamReader(line, Encoding.UTF8);
            if (Door.ReadHello(await reader.ReadLineAsync(ending.Token)) is not { } who)
            {
                return;
            }

            name = who.Silo;
            hello(who.Silo, who.Process);
            var ended = await Task.WhenAny(Tell(line, ending.Token), Hear(reader, who.Silo, ending.Token)); // Each ends when the silo does.
            await ending.CancelAsync();
            await ended;
        }
        catch (Exception fault) when (fault is IOException or SocketException or OperationCanceledException)
        {
            LogClosed(logger, name, fault.Message); // The silo ended, or this warden does.
        }
    }

    private async Task Hear(StreamReader reader, string silo, CancellationToken cancellation)
    {
        while (await reader.ReadLineAsync(cancellation) is not null)
        {
            beat(silo);
        }
    }

    private async Task Tell(NetworkStream line, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(TellEvery);
        do
        {
            var (epoch, sentAt) = lease();
            await line.WriteAsync(Encoding.UTF8.GetBytes($"{Door.Lease(epoch, sentAt)}\n"), cancellation);
            if (EndsAt is { } endsAt)
            {
                await line.WriteAsync(Encoding.UTF8.GetBytes($"{Door.Ends(endsAt)}\n"), cancellation);
            }
        }
        while (await timer.WaitForNextTickAsync(cancellation));
    }

    [LoggerMessage(LogLevel.Debug, "The line to {Silo} is closed: {Fault}")]
    private static partial void LogClosed(ILogger logger, string silo, string fault);
}
