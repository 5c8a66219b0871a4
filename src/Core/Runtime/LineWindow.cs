using System.Buffers.Binary;
using System.Text;

namespace Granary.Core.Runtime;

/// <summary>The last lines of one stream, each as a hash. Hashes one by one, because a copy may begin in their middle.</summary>
internal sealed class LineWindow
{
    public const int LinesMax = 64;

    private readonly uint[] hashes = new uint[LinesMax];
    private int next;

    public int Count { get; private set; }

    public void Add(ReadOnlySpan<byte> text) => Put(Hash(text));

    public void Clear() => Count = 0;

    /// <summary>Whether the last lines of both are the same; both have so many.</summary>
    public bool EndsLike(LineWindow other, int lines)
    {
        for (var back = 1; back <= lines; back++)
        {
            if (FromEnd(back) != other.FromEnd(back))
            {
                return false;
            }
        }

        return true;
    }

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[LinesMax * sizeof(uint)];
        for (var back = Count; back > 0; back--)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes[((Count - back) * sizeof(uint))..], FromEnd(back));
        }

        return Convert.ToBase64String(bytes[..(Count * sizeof(uint))]);
    }

    /// <summary>Null for a text that <see cref="ToString"/> did not write.</summary>
    public static LineWindow? Parse(string text)
    {
        Span<byte> bytes = stackalloc byte[LinesMax * sizeof(uint)];
        if (!Convert.TryFromBase64String(text, bytes, out var written) || written % sizeof(uint) != 0)
        {
            return null;
        }

        var window = new LineWindow();
        for (var at = 0; at < written; at += sizeof(uint))
        {
            window.Put(BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]));
        }

        return window;
    }

    /// <summary>
    /// FNV-1a, folded. An engine's copy may hold U+FFFD for each byte that is not UTF-8, where a live reader gets the byte itself; both have
    /// the same hash.
    /// </summary>
    private static uint Hash(ReadOnlySpan<byte> text)
    {
        var hash = 14695981039346656037UL;
        while (!text.IsEmpty)
        {
            if (text[0] < 0x80)
            {
                hash = Mix(hash, text[0]);
                text = text[1..];
                continue;
            }

            var isValid = Rune.DecodeFromUtf8(text, out _, out var length) == System.Buffers.OperationStatus.Done;
            for (var at = 0; at < length; at++)
            {
                hash = isValid ? Mix(hash, text[at]) : Mix(Mix(Mix(hash, 0xEF), 0xBF), 0xBD);
            }

            text = text[length..];
        }

        return (uint)(hash ^ (hash >> 32));
    }

    private static ulong Mix(ulong hash, byte value) => unchecked((hash ^ value) * 1099511628211UL);

    private void Put(uint hash)
    {
        hashes[next] = hash;
        next = (next + 1) % LinesMax;
        Count = Math.Min(Count + 1, LinesMax);
    }

    private uint FromEnd(int back) => hashes[(next - back + LinesMax) % LinesMax];
}
