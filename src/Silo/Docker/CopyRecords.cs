using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Granary.Core.Runtime;

namespace Granary.Silo.Docker;

/// <summary>The records of one reading of the engine's own copy of an output. Each is a line, or a piece of a long one, with the instant at which the engine took it.</summary>
internal static class CopyRecords
{
    private const int HeaderBytes = 8;
    private const int LengthAt = 4;
    private const byte ErrorKind = 2;
    private const byte EngineErrorKind = 3;

    /// <summary>A piece whose every byte became a replacement character, and its instant. More than this is not a record.</summary>
    private const int RecordBytesMax = (3 * LineSplitter.PieceBytesMax) + 256;

    public static async IAsyncEnumerable<OutputLine> Of(Stream stream, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var header = new byte[HeaderBytes];
        while (true)
        {
            var read = await stream.ReadAtLeastAsync(header, HeaderBytes, throwOnEndOfStream: false, cancellation);
            if (read == 0)
            {
                yield break;
            }

            var length = read == HeaderBytes ? BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(LengthAt)) : -1;
            if (length is < 0 or > RecordBytesMax)
            {
                throw new IOException("the engine's copy of the output broke off or is damaged");
            }

            var record = new byte[length];
            await stream.ReadExactlyAsync(record, cancellation);
            yield return header[0] == EngineErrorKind
                ? throw new IOException($"the engine cannot read its copy of the output: {Encoding.UTF8.GetString(record)}")
                : Parse(header[0] == ErrorKind ? OutputStream.Error : OutputStream.Out, record);
        }
    }

    private static OutputLine Parse(OutputStream stream, byte[] record)
    {
        var space = record.AsSpan().IndexOf((byte)' ');
        if (space < 0 || !DateTimeOffset.TryParse(Encoding.ASCII.GetString(record, 0, space), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at))
        {
            throw new IOException("a record of the engine's copy of the output has no instant");
        }

        var endsLine = record[^1] == '\n';
        return new OutputLine(stream, record.AsMemory((space + 1)..(endsLine ? ^1 : ^0)), endsLine, at);
    }
}
