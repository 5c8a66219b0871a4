using System.Net.Sockets;

namespace Granary.Docker.Tests;

/// <summary>A socket between an engine and who asks it: connections can be cut, and new ones kept waiting, while the engine lives.</summary>
internal sealed class Relay : IAsyncDisposable
{
    private readonly string engine;
    private readonly Socket door = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource life = new();
    private readonly Task accepting;
    private CancellationTokenSource connections = new();
    private TaskCompletionSource opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Relay(string socketPath, string engineSocketPath)
    {
        engine = engineSocketPath;
        door.Bind(new UnixDomainSocketEndPoint(socketPath));
        door.Listen();
        Open();
        accepting = Accept();
    }

    /// <summary>Every connection ends, for its user in order. New ones wait.</summary>
    public async Task Cut()
    {
        opened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var cut = Interlocked.Exchange(ref connections, new CancellationTokenSource());
        await cut.CancelAsync();
    }

    public void Open() => opened.SetResult();

    public async ValueTask DisposeAsync()
    {
        await life.CancelAsync();
        await accepting;
        await connections.CancelAsync();
        door.Dispose();
        connections.Dispose();
        life.Dispose();
    }

    private async Task Accept()
    {
        try
        {
            while (true)
            {
                var user = new NetworkStream(await door.AcceptAsync(life.Token), ownsSocket: true);
                await opened.Task.WaitAsync(life.Token);
                _ = Serve(user, connections.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The relay ends.
        }
    }

    private async Task Serve(NetworkStream user, CancellationToken cut)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(engine), cut);
        await using var far = new NetworkStream(socket, ownsSocket: true);
        await using var near = user;
        await Task.WhenAll(Carry(near, far, cut), Carry(far, near, cut)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // Both ends are closed, whatever ended it.
    }

    private static async Task Carry(NetworkStream from, NetworkStream to, CancellationToken cut)
    {
        await from.CopyToAsync(to, cut);
        to.Socket.Shutdown(SocketShutdown.Send);
    }
}
