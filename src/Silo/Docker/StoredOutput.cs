using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Granary.Core.Runtime;

namespace Granary.Silo.Docker;

/// <summary>
/// Output read from the engine's own copy, record by record: each is a line, or a piece of a long one, with the instant at which the
/// engine took it. A record without a line end is held back until another of its stream follows.
/// </summary>
internal sealed class StoredOutput(Stream stream) : IOutputSource
{
    private const int HeaderBytes = 8;
    private const int LengthAt = 4;
    private const byte ErrorKind = 2;
    private const byte EngineErrorKind = 3;

    /// <summary>A piece whose every byte became a replacement character, and its instant. More than this is not a record.</summary>
    private const int RecordBytesMax = (3 * LineSplitter.PieceBytesMax) + 256;

    private readonly byte[] header = new byte[HeaderBytes];
    private readonly Dictionary<OutputStream, OutputLine> held = [];
    private readonly Queue<OutputLine> ready = new();

    public async ValueTask<OutputLine?> Next(CancellationToken cancellation)
    {
        OutputLine next;
        while (!ready.TryDequeue(out next))
        {
            if (await Read(cancellation) is not { } line)
            {
                return null;
            }

            if (held.Remove(line.Stream, out var earlier))
            {
                ready.Enqueue(earlier);
            }

            if (line.EndsLine)
            {
                ready.Enqueue(line);
            }
            else
            {
                held.Add(line.Stream, line);
            }
        }

        return next;
    }

    public IEnumerable<OutputLine> Rest() => held.Values.OrderBy(line => line.Stream).Select(line => line with { EndsLine = true });

    public void Dispose() => stream.Dispose();

    private async Task<OutputLine?> Read(CancellationToken cancellation)
    {
        var read = await stream.ReadAtLeastAsync(header, HeaderBytes, throwOnEndOfStream: false, cancellation);
        if (read == 0)
        {
            return null;
        }

        var length = read == HeaderBytes ? BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(LengthAt)) : -1;
        if (length is < 0 or > RecordBytesMax)
        {
            throw new IOException("the engine's copy of the output broke off or is damaged");
        }

        var record = new byte[length];
        await stream.ReadExactlyAsync(record, cancellation);
        return header[0] == EngineErrorKind ? throw new IOException($"the engine cannot read its copy of the output: {Encoding.UTF8.GetString(record)}") : Parse(record);
    }

    private OutputLine Parse(byte[] record)
    {
        var space = record.AsSpan().IndexOf((byte)' ');
        if (space < 0 || !DateTimeOffset.TryParse(Encoding.ASCII.GetString(record, 0, space), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at))
        {
            throw new IOException("a record of the engine's copy of the output has no instant");
        }

        var endsLine = record[^1] == '\n';
        var text = record.AsMemory((space + 1)..(endsLine ? ^1 : ^0));
        return new OutputLine(header[0] == ErrorKind ? OutputStream.Error : OutputStream.Out, text, endsLine, at);
    }
}
