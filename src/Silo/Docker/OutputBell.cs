using Docker.DotNet;

namespace Granary.Silo.Docker;

/// <summary>
/// Tells that a running container writes, without giving what: a live connection whose bytes are thrown away. While nobody listens the engine
/// makes the container wait, so that it cannot outrun a reader of the engine's copy.
/// </summary>
/// <param name="stream">The live connection.</param>
/// <param name="bytesMax">What may be written, as the engine's copy counts it, before the copy is read.</param>
/// <param name="clock">The clock of the waiting.</param>
/// <param name="life">Ends what waits.</param>
internal sealed class OutputBell(MultiplexedStream stream, long bytesMax, TimeProvider clock, CancellationToken life) : IDisposable
{
    private const int BufferBytes = 64 * 1024;

    /// <summary>What a line costs in the engine's copy beside its text: names, stream and instant.</summary>
    private const int LineOverheadBytes = 80;

    private readonly byte[] buffer = new byte[BufferBytes];
    private Task<int>? reading;

    /// <summary>The connection has no more.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Returns when something was written and <paramref name="gather"/> has passed since, or much was written, or when nothing is written in the <paramref name="patience"/>. Says how many lines were.</summary>
    public async Task<int> Wait(TimeSpan patience, TimeSpan gather)
    {
        var lines = 0;
        var bytes = 0L;
        var since = clock.GetTimestamp();
        var limit = patience;
        while (!HasEnded && bytes < bytesMax && clock.GetElapsedTime(since) is var passed && passed < limit)
        {
            var heard = await Hear(limit - passed);
            if (heard > 0 && bytes == 0)
            {
                limit = passed + gather;
            }

            var ends = buffer.AsSpan(0, heard).Count((byte)'\n');
            lines += ends;
            bytes += heard + ((long)ends * LineOverheadBytes);
        }

        return lines;
    }

    public void Dispose() => stream.Dispose();

    /// <summary>How many bytes came; none when the time is over or the connection has ended.</summary>
    private async Task<int> Hear(TimeSpan limit)
    {
        reading ??= Read();
        if (await Task.WhenAny(reading, Task.Delay(limit, clock, life)) != reading)
        {
            life.ThrowIfCancellationRequested();
            return 0;
        }

        var heard = await reading;
        reading = null;
        HasEnded = heard == 0;
        return heard;
    }

    private async Task<int> Read()
    {
        try
        {
            return (await stream.ReadOutputAsync(buffer, 0, buffer.Length, life)).Count;
        }
        catch (Exception cause) when (EngineConnection.IsNoAnswer(cause) && !life.IsCancellationRequested)
        {
            // A connection that breaks is one that ends: the container is asked after.
            return 0;
        }
    }
}
