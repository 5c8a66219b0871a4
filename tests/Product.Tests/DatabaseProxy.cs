using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Granary.Product.Tests;

/// <summary>When a connection is cut: the database has not seen the request, or has done what it asks and the answer is lost.</summary>
public enum CutAt
{
    Request,
    Answer,
}

/// <summary>Stands between a silo and PostgreSQL, and cuts a connection at the requests that it was told of.</summary>
internal sealed class DatabaseProxy : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<Task> connections = [];
    private readonly CancellationTokenSource ended = new();
    private readonly int databasePort;
    private readonly Task accepting;
    private Plan plan = new("", CutAt.Request, []);

    public DatabaseProxy(int databasePort)
    {
        this.databasePort = databasePort;
        listener.Start();
        accepting = Accept();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Connections cut since <see cref="Cut"/>.</summary>
    public int Cuts => plan.Cuts;

    /// <summary>Of the requests from now on that hold this text, those with these numbers are cut; the first is 1.</summary>
    public void Cut(string text, CutAt at, int[] numbers) => plan = new Plan(text, at, numbers);

    public async ValueTask DisposeAsync()
    {
        await ended.CancelAsync();
        listener.Dispose();
        await accepting;
        await Task.WhenAll(connections);
        ended.Dispose();
    }

    private async Task Accept()
    {
        while (!ended.IsCancellationRequested)
        {
            try
            {
                connections.Add(Serve(await listener.AcceptTcpClientAsync(ended.Token)));
            }
            catch (Exception fault) when (fault is OperationCanceledException or SocketException && ended.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task Serve(TcpClient silo)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ended.Token);
        using var near = silo;
        using var database = new TcpClient();
        near.NoDelay = database.NoDelay = true;
        try
        {
            await database.ConnectAsync(IPAddress.Loopback, databasePort, both.Token);
            var connection = new Connection(near.GetStream(), database.GetStream());
            await Task.WhenAny(Requests(connection, both.Token), Answers(connection, both.Token));
        }
        catch (SocketException)
        {
            // The database is not there: the silo learns it by the end of its connection.
        }

        near.LingerState = new LingerOption(true, 0); // A reset, as of a network that broke.
        await both.CancelAsync();
    }

    private async Task Requests(Connection connection, CancellationToken cancellation)
    {
        var buffer = new byte[1 << 16];
        while (await Read(connection.Silo, buffer, cancellation) is > 0 and var count)
        {
            var now = plan;
            byte[] request = [.. connection.Request, .. buffer.AsSpan(0, count)]; // It may come in pieces.
            connection.Request = request;
            if (!connection.IsAsked && now.Holds(request))
            {
                connection.IsAsked = true;
                if (now.IsNext())
                {
                    if (now.At == CutAt.Request)
                    {
                        return;
                    }

                    connection.LosesAnswer = true;
                }
            }

            await connection.Database.WriteAsync(buffer.AsMemory(0, count), cancellation);
        }
    }

    private static async Task Answers(Connection connection, CancellationToken cancellation)
    {
        var buffer = new byte[1 << 16];
        while (await Read(connection.Database, buffer, cancellation) is > 0 and var count)
        {
            connection.IsAsked = false;
            connection.Request = [];
            if (connection.LosesAnswer && buffer.AsSpan(0, count).EndsWith("Z\0\0\0\u0005I"u8))
            {
                return; // Ready for the next request, and outside of any transaction: it is done.
            }

            await connection.Silo.WriteAsync(buffer.AsMemory(0, count), cancellation);
        }
    }

    private static async Task<int> Read(NetworkStream from, byte[] buffer, CancellationToken cancellation)
    {
        try
        {
            return await from.ReadAsync(buffer, cancellation);
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException)
        {
            return 0;
        }
    }

    private sealed class Connection(NetworkStream silo, NetworkStream database)
    {
        public NetworkStream Silo => silo;

        public NetworkStream Database => database;

        /// <summary>What the silo has said since the last answer.</summary>
        public volatile byte[] Request = [];

        /// <summary>A request that counts is under way: what else comes of it does not count again.</summary>
        public volatile bool IsAsked;

        public volatile bool LosesAnswer;
    }

    private sealed class Plan(string text, CutAt at, int[] numbers)
    {
        private readonly byte[] bytes = Encoding.UTF8.GetBytes(text);
        private int seen;
        private int cuts;

        public CutAt At => at;

        public int Cuts => Volatile.Read(ref cuts);

        public bool Holds(ReadOnlySpan<byte> request) => bytes.Length > 0 && request.IndexOf(bytes) >= 0;

        public bool IsNext()
        {
            if (!numbers.Contains(Interlocked.Increment(ref seen)))
            {
                return false;
            }

            Interlocked.Increment(ref cuts);
            return true;
        }
    }
}
