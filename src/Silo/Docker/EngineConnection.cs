using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Docker.DotNet;
using Granary.Core.Runtime;

namespace Granary.Silo.Docker;

/// <summary>
/// The engine's API with a limit of time on every question, and every way of not getting an answer told as
/// <see cref="EngineUnavailableException"/>, in words that say what to do.
/// </summary>
internal sealed class EngineConnection : IDisposable
{
    private const int PieceBytes = 128 * 1024;

    private readonly Uri endpoint;
    private readonly DockerClient client;
    private readonly HttpClient http;

    public EngineConnection(Uri endpoint)
    {
        this.endpoint = endpoint;
        // Our own limits hold; the library's would end long waits too.
        client = new DockerClientBuilder().WithEndpoint(endpoint).WithTimeout(Timeout.InfiniteTimeSpan).Build();
        http = new HttpClient(new SocketsHttpHandler { ConnectCallback = Connect }) { BaseAddress = new Uri("http://engine"), Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>The socket's path; null for an engine that is reached over TCP.</summary>
    public string? SocketPath => endpoint.Scheme == "unix" ? endpoint.LocalPath : null;

    public Uri Endpoint => endpoint;

    /// <summary>Asks within a limit of time. Answers of the kind 4xx are thrown as <see cref="DockerApiException"/>, since they are answers.</summary>
    public async Task<T> Ask<T>(string what, TimeSpan limit, Func<DockerClient, CancellationToken, Task<T>> question, CancellationToken cancellation)
    {
        using var timed = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timed.CancelAfter(limit);
        try
        {
            return await question(client, timed.Token);
        }
        catch (Exception cause) when (IsNoAnswer(cause) && !cancellation.IsCancellationRequested)
        {
            throw Unavailable(what, cause);
        }
    }

    /// <inheritdoc cref="Ask{T}"/>
    public Task Ask(string what, TimeSpan limit, Func<DockerClient, CancellationToken, Task> question, CancellationToken cancellation) =>
        Ask(
            what,
            limit,
            async (engine, token) =>
            {
                await question(engine, token);
                return true;
            },
            cancellation);

    /// <summary>Opens a stream of the engine's as it comes: the library hides where its records begin and end.</summary>
    public async Task<Stream> OpenStream(string what, string path, TimeSpan limit, CancellationToken cancellation)
    {
        using var timed = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timed.CancelAfter(limit);
        try
        {
            var response = await http.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, timed.Token);
            if (!response.IsSuccessStatusCode)
            {
                using (response)
                {
                    throw new HttpRequestException($"answered {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync(timed.Token)}");
                }
            }

            return await response.Content.ReadAsStreamAsync(timed.Token);
        }
        catch (Exception cause) when (IsNoAnswer(cause) && !cancellation.IsCancellationRequested)
        {
            throw Unavailable(what, cause);
        }
    }

    /// <summary>What a stream of the engine's brings, piece by piece; one that stays silent for longer than the limit has broken off.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> Pieces(string what, Stream stream, TimeSpan limit, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var owned = stream;
        var buffer = new byte[PieceBytes];
        while (true)
        {
            using var timed = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            timed.CancelAfter(limit);
            int read;
            try
            {
                read = await stream.ReadAsync(buffer, timed.Token);
            }
            catch (Exception cause) when (IsNoAnswer(cause) && !cancellation.IsCancellationRequested)
            {
                throw Unavailable(what, cause);
            }

            if (read == 0)
            {
                yield break;
            }

            yield return buffer.AsMemory(0, read);
        }
    }

    /// <summary>A new connection to the engine.</summary>
    public async Task<Socket> Connect(CancellationToken cancellation)
    {
        var socket = SocketPath is null
            ? new Socket(SocketType.Stream, ProtocolType.Tcp)
            : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(SocketPath is { } path ? new UnixDomainSocketEndPoint(path) : new DnsEndPoint(endpoint.Host, endpoint.Port), cancellation);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public EngineUnavailableException Unavailable(string what, Exception cause) =>
        new($"Could not {what}: the engine at {endpoint} {Reason(cause)}.", cause);

    public void Dispose()
    {
        client.Dispose();
        http.Dispose();
    }

    /// <summary>Whether an exception means that nothing is known about what was asked.</summary>
    public static bool IsNoAnswer(Exception cause) => cause switch
    {
        DockerApiException answer => answer.StatusCode >= HttpStatusCode.InternalServerError,
        HttpRequestException or IOException or SocketException or TimeoutException or OperationCanceledException or JsonException => true,
        _ => false,
    };

    private async ValueTask<Stream> Connect(SocketsHttpConnectionContext context, CancellationToken cancellation) =>
        new NetworkStream(await Connect(cancellation), ownsSocket: true);

    private string Reason(Exception cause)
    {
        var socket = Chain(cause).OfType<SocketException>().FirstOrDefault()?.SocketErrorCode;
        return cause switch
        {
            DockerApiException answer => $"failed: {Words(answer)}",
            OperationCanceledException or TimeoutException => "did not answer in time: it may be overloaded or hung",
            _ when socket == SocketError.AccessDenied => "refuses this user: run as root, or add the user to the group that owns the socket (docker)",
            _ when SocketPath is { } path && !File.Exists(path) => "is not there: there is no such socket; start the engine, or correct the endpoint",
            _ when socket == SocketError.ConnectionRefused => "is not listening: start the engine",
            _ => $"broke off: {Chain(cause).Last().Message}",
        };
    }

    /// <summary>What the engine said, without the JSON around it.</summary>
    public static string Words(DockerApiException answer)
    {
        try
        {
            using var json = JsonDocument.Parse(answer.ResponseBody ?? "");
            if (json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("message", out var message))
            {
                return message.GetString() ?? answer.Message;
            }
        }
        catch (JsonException)
        {
            // A proxy in between answers in its own words.
            return answer.Message;
        }

        return answer.Message;
    }

    private static IEnumerable<Exception> Chain(Exception? cause)
    {
        for (; cause is not null; cause = cause.InnerException)
        {
            yield return cause;
        }
    }
}
