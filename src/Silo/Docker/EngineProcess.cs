using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using Granary.Core.Runtime;
using Granary.Silo.Wardens;

namespace Granary.Silo.Docker;

/// <summary>
/// The engine as a process of this host: asked for a sign of life on a connection of its own, known by boot, process id and start
/// time. Over TCP nothing of it can be seen.
/// </summary>
internal sealed class EngineProcess(EngineConnection engine, DockerOptions options, TimeProvider clock)
{
    private const string ProgramName = "dockerd";
    private const int SocketLevel = 1;
    private const int PeerCredentials = 17;
    private const double TicksPerSecond = 100;
    private static readonly byte[] Ping = "GET /_ping HTTP/1.0\r\nHost: engine\r\n\r\n"u8.ToArray();
    private static readonly byte[] Answer = "HTTP/1."u8.ToArray();

    /// <summary>The start of a process in wall time is computed once: the computation wavers by the clock's steps.</summary>
    private readonly ConcurrentDictionary<ProcessIdentity, DateTimeOffset> starts = [];

    public async Task<EngineAnswer> Probe(CancellationToken cancellation)
    {
        using var timed = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timed.CancelAfter(options.ProbeTimeout);
        try
        {
            using var socket = await engine.Connect(timed.Token);
            var openedAt = clock.GetUtcNow();
            var process = engine.SocketPath is null ? null : EngineOf(PeerOf(socket));
            await Exchange(socket, timed.Token);
            return new EngineAnswer(process?.ToString(), process is null ? null : StartOf(process), openedAt, clock.GetUtcNow());
        }
        catch (Exception cause) when (EngineConnection.IsNoAnswer(cause) && !cancellation.IsCancellationRequested)
        {
            throw engine.Unavailable("see a sign of life", cause);
        }
    }

    /// <summary>Whether the process is provably absent: another boot, no such process, another start time, or a process that has ended.</summary>
    public static bool IsGone(string process) => ProcessIdentity.Parse(process) is { IsAlive: false };

    private static async Task Exchange(Socket socket, CancellationToken cancellation)
    {
        await socket.SendAsync(Ping, cancellation);
        var buffer = new byte[Answer.Length];
        for (var read = 0; read < buffer.Length;)
        {
            var count = await socket.ReceiveAsync(buffer.AsMemory(read), cancellation);
            read += count > 0 ? count : throw new IOException("the connection was closed without an answer");
        }

        if (!buffer.AsSpan().SequenceEqual(Answer))
        {
            throw new IOException("what answers is not a Docker engine");
        }
    }

    /// <summary>Who made the socket listen, as the kernel noted it.</summary>
    private static int PeerOf(Socket socket)
    {
        Span<byte> credentials = stackalloc byte[12];
        socket.GetRawSocketOption(SocketLevel, PeerCredentials, credentials);
        return BitConverter.ToInt32(credentials);
    }

    /// <summary>With socket activation the listener was made by the service manager; then the engine's own pid file is believed, if it names an engine.</summary>
    private ProcessIdentity? EngineOf(int peer)
    {
        if (IsEngine(peer))
        {
            return ProcessIdentity.Of(peer);
        }

        return File.Exists(options.PidFile)
            && int.TryParse(File.ReadAllText(options.PidFile).Trim(), CultureInfo.InvariantCulture, out var pid)
            && IsEngine(pid)
                ? ProcessIdentity.Of(pid)
                : null;
    }

    private static bool IsEngine(int pid) => ProcFile.Read(pid, "comm")?.TrimEnd() == ProgramName;

    private DateTimeOffset StartOf(ProcessIdentity process) => starts.GetOrAdd(process, static (key, clock) =>
    {
        var ticks = long.Parse(key.StartedAt, CultureInfo.InvariantCulture);
        var uptime = double.Parse(File.ReadAllText("/proc/uptime").Split(' ')[0], CultureInfo.InvariantCulture);
        return clock.GetUtcNow() - TimeSpan.FromSeconds(uptime - (ticks / TicksPerSecond));
    }, clock);
}
