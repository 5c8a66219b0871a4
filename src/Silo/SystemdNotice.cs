using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Granary.Silo;

/// <summary>
/// Tells systemd how this process does: datagrams to the socket that NOTIFY_SOCKET names, as sd_notify(3) writes them. Without such a socket nothing is told.
/// </summary>
internal sealed class SystemdNotice
{
    private readonly UnixDomainSocketEndPoint? socket;
    private readonly TimeSpan? beatEvery;

    private SystemdNotice(UnixDomainSocketEndPoint? socket, TimeSpan? beatEvery)
    {
        this.socket = socket;
        this.beatEvery = beatEvery;
    }

    /// <summary>Reads the variables and takes them out of the environment: what this process starts speaks for itself, and not to systemd.</summary>
    public static SystemdNotice Take()
    {
        var (path, period, process) = (Pop("NOTIFY_SOCKET"), Pop("WATCHDOG_USEC"), Pop("WATCHDOG_PID"));
        var isMeant = process is null || process == Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        return new SystemdNotice(
            path is { Length: > 1 } ? new UnixDomainSocketEndPoint(path[0] == '@' ? $"\0{path[1..]}" : path) : null,
            isMeant && long.TryParse(period, NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds) && microseconds > 0 ? TimeSpan.FromMicroseconds(microseconds / 2) : null);
    }

    /// <summary>It does what it is there for. May be said again.</summary>
    public void Ready(string status) => Send($"READY=1\nSTATUS={status}");

    public void Status(string status) => Send($"STATUS={status}");

    public void Stopping(string status) => Send($"STOPPING=1\nSTATUS={status}");

    /// <summary>Beats for the watchdog, twice in its time, as long as this process still gets a turn to do so.</summary>
    public async Task Beat(CancellationToken cancellation)
    {
        if (beatEvery is not { } period)
        {
            return;
        }

        using var timer = new PeriodicTimer(period);
        do
        {
            Send("WATCHDOG=1");
        }
        while (await timer.WaitForNextTickAsync(cancellation));
    }

    private void Send(string words)
    {
        if (socket is null)
        {
            return;
        }

        try
        {
            using var datagrams = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            datagrams.SendTo(Encoding.UTF8.GetBytes(words), socket);
        }
        catch (SocketException)
        {
            // systemd is away, as while it executes itself anew; what counts is said again.
        }
    }

    private static string? Pop(string name)
    {
        var value = Environment.GetEnvironmentVariable(name);
        Environment.SetEnvironmentVariable(name, null);
        return value;
    }
}
