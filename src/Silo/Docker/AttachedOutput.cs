using Docker.DotNet;
using Granary.Core.Runtime;

namespace Granary.Silo.Docker;

/// <summary>Output taken live. The engine waits for a slow reader, so nothing is lost; but the container waits too.</summary>
internal sealed class AttachedOutput(MultiplexedStream stream, TimeProvider clock) : IDisposable
{
    private const int BufferBytes = 32 * 1024;

    private readonly byte[] buffer = new byte[BufferBytes];
    private readonly Queue<OutputLine> lines = new();
    private readonly LineSplitter output = new(OutputStream.Out);
    private readonly LineSplitter errors = new(OutputStream.Error);

    /// <summary>The next line; null when the connection has no more, which does not prove that the container has ended.</summary>
    public async ValueTask<OutputLine?> Next(CancellationToken cancellation)
    {
        OutputLine line;
        while (!lines.TryDequeue(out line))
        {
            var read = await stream.ReadOutputAsync(buffer, 0, buffer.Length, cancellation);
            if (read.EOF)
            {
                return null;
            }

            var splitter = read.Target == MultiplexedStream.TargetStream.StandardError ? errors : output;
            splitter.Take(buffer.AsSpan(0, read.Count), clock.GetUtcNow(), lines);
        }

        return line;
    }

    /// <summary>What no line end followed. Meaningful only once the container is known to have ended.</summary>
    public IEnumerable<OutputLine> Rest()
    {
        var at = clock.GetUtcNow();
        return new[] { output.Rest(at), errors.Rest(at) }.OfType<OutputLine>();
    }

    public void Dispose() => stream.Dispose();
}
