namespace Granary.Silo.Storage;

/// <summary>
/// More threads that the pool has ready, while this lasts. The driver of PostgreSQL asks the server to cancel what took too long over a connection that it opens while it keeps its thread
/// (npgsql issue 3277). On a host that is cut off each connection of a pool may keep one for the whole time to connect, and the pool adds others only twice a second: without these
/// nothing else would get its turn, the killing of a cell's attempts among it.
/// </summary>
internal sealed class SpareThreads : IDisposable
{
    private static readonly Lock Gate = new();

    private readonly int count;

    /// <param name="count">The connections that may be stuck at once.</param>
    public SpareThreads(int count)
    {
        this.count = count;
        Add(count);
    }

    public void Dispose() => Add(-count);

    private static void Add(int count)
    {
        lock (Gate)
        {
            ThreadPool.GetMinThreads(out var workers, out var ports);
            ThreadPool.SetMinThreads(workers + count, ports);
        }
    }
}
