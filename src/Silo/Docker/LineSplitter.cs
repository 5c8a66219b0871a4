using System.Buffers;
using Granary.Core.Runtime;

namespace Granary.Silo.Docker;

/// <summary>
/// Cuts the bytes of one stream into lines, and long lines into pieces as the engine does for its own copy, so that counts of either agree.
/// A piece without a line end is held back until something follows it: only then is it known whether it ends its line.
/// </summary>
internal sealed class LineSplitter(OutputStream stream)
{
    /// <summary>The engine's own limit; another one would count differently after an outage.</summary>
    public const int PieceBytesMax = 16 * 1024;

    private readonly ArrayBufferWriter<byte> held = new();

    /// <summary>The unfinished rest, once it is known that nothing follows it; null if there is none.</summary>
    public OutputLine? Rest(DateTimeOffset at) => held.WrittenCount == 0 ? null : new OutputLine(stream, held.WrittenSpan.ToArray(), true, at);

    public void Take(ReadOnlySpan<byte> bytes, DateTimeOffset at, Queue<OutputLine> lines)
    {
        while (!bytes.IsEmpty)
        {
            if (held.WrittenCount == PieceBytesMax)
            {
                lines.Enqueue(Cut(endsLine: false, at));
            }

            var window = bytes[..Math.Min(bytes.Length, PieceBytesMax - held.WrittenCount)];
            var end = window.IndexOf((byte)'\n');
            held.Write(end < 0 ? window : window[..end]);
            if (end >= 0)
            {
                lines.Enqueue(Cut(endsLine: true, at));
            }

            bytes = bytes[(end < 0 ? window.Length : end + 1)..];
        }
    }

    private OutputLine Cut(bool endsLine, DateTimeOffset at)
    {
        var line = new OutputLine(stream, held.WrittenSpan.ToArray(), endsLine, at);
        held.ResetWrittenCount();
        return line;
    }
}
