using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Granary.Core.Cells;

namespace Granary.Silo.Wardens;

/// <summary>
/// One question among the members of the roster: "do you reach the database?". A question and its answer are one datagram each; what is lost is asked again.
/// Neither is authenticated, as nothing is between silos: the network is trusted.
/// </summary>
internal sealed partial class RosterTalk : IDisposable
{
    private readonly Socket socket;
    private readonly string cluster;
    private readonly CellId cell;
    private readonly ILogger logger;
    private readonly ConcurrentDictionary<Guid, Action<bool>> asked = new();
    private readonly ConcurrentQueue<Guid> order = new();

    /// <summary>Questions that are waited for; an answer to an older one comes too late to count.</summary>
    private const int AskedMax = 256;

    private const int DatagramMax = 1024;

    /// <param name="address">This host's address for the other members.</param>
    /// <param name="port">0 for any.</param>
    public RosterTalk(CellId cell, string cluster, IPAddress address, int port, ILogger logger)
    {
        this.cell = cell;
        this.cluster = cluster;
        this.logger = logger;
        socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.Bind(new IPEndPoint(address, port));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public IPEndPoint Endpoint => (IPEndPoint)socket.LocalEndPoint!;

    /// <summary>Sends the question; the answer comes to <paramref name="answered"/>, or never.</summary>
    public async Task Ask(IPEndPoint member, Action<bool> answered, CancellationToken cancellation)
    {
        var number = Guid.NewGuid();
        asked[number] = answered;
        order.Enqueue(number);
        while (order.Count > AskedMax && order.TryDequeue(out var old))
        {
            asked.TryRemove(old, out _);
        }

        await Send(new Datagram(cluster, number, cell.Name, null), member, cancellation);
    }

    /// <summary>Answers and hears answers until cancelled.</summary>
    /// <param name="reaches">Answers the question of a cell; null for no answer.</param>
    public async Task Run(Func<CellId, Task<bool?>> reaches, CancellationToken cancellation)
    {
        var buffer = new byte[DatagramMax];
        var anybody = new IPEndPoint(socket.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, 0);
        while (!cancellation.IsCancellationRequested)
        {
            SocketReceiveFromResult received;
            try
            {
                received = await socket.ReceiveFromAsync(buffer, anybody, cancellation);
            }
            catch (SocketException fault)
            {
                LogFailed(logger, "hear", fault.Message); // The word of an earlier datagram that nobody took: the next is not at fault.
                continue;
            }

            if (Read(buffer.AsSpan(0, received.ReceivedBytes)) is not { } heard || heard.Cluster != cluster)
            {
                continue;
            }

            if (heard.Reaches is { } answer)
            {
                if (asked.TryRemove(heard.Number, out var answered))
                {
                    answered(answer);
                }
            }
            else if (await reaches(new CellId(heard.From)) is { } own)
            {
                await Send(new Datagram(cluster, heard.Number, cell.Name, own), (IPEndPoint)received.RemoteEndPoint, cancellation);
            }
        }
    }

    public void Dispose() => socket.Dispose();

    private async Task Send(Datagram datagram, IPEndPoint to, CancellationToken cancellation)
    {
        try
        {
            await socket.SendToAsync(JsonSerializer.SerializeToUtf8Bytes(datagram), to, cancellation);
        }
        catch (SocketException fault)
        {
            LogFailed(logger, $"reach {to}", fault.Message); // A cut network says so at once; it is like silence.
        }
    }

    private static Datagram? Read(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return JsonSerializer.Deserialize<Datagram>(bytes);
        }
        catch (JsonException)
        {
            return null; // Somebody else's.
        }
    }

    private sealed record Datagram(string Cluster, Guid Number, string From, bool? Reaches);

    [LoggerMessage(LogLevel.Debug, "The roster could not {What}: {Fault}")]
    private static partial void LogFailed(ILogger logger, string what, string fault);
}
