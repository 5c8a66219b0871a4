using System.Buffers.Binary;
using System.Text;
using Granary.Core.Droplets;

namespace Granary.Silo.Droplets.Zip;

/// <summary>
/// Reads the central directory of a zip (APPNOTE.TXT 4.3 and 4.5.3, zip64 included), strictly: one part, nothing before the first entry
/// or between the directory and its end, no encryption, methods "stored" and "deflated" only, names in UTF-8. Own code, because the
/// platform's reader takes the whole directory into memory before it can be limited and believes the sizes it finds there.
/// </summary>
internal static class ZipDirectory
{
    public const int Stored = 0;
    public const int Deflated = 8;

    private const uint LocalSignature = 0x04034b50;
    private const uint CentralSignature = 0x02014b50;
    private const uint EndSignature = 0x06054b50;
    private const uint End64Signature = 0x06064b50;
    private const uint End64LocatorSignature = 0x07064b50;
    private const int LocalBytes = 30;
    private const int CentralBytes = 46;
    private const int EndBytes = 22;
    private const int End64Bytes = 56;
    private const int End64LocatorBytes = 20;
    private const int Zip64Extra = 1;

    /// <summary>Bit 0: encrypted; bit 6: strongly; bit 13: the directory itself is.</summary>
    private const int EncryptedFlags = 0x2041;

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>All entries, in the order of their bytes in the archive, with the position of each entry's data.</summary>
    public static async Task<List<(ZipRecord Record, long DataAt)>> Read(Stream zip, ArchiveLimits limits, CancellationToken cancellation)
    {
        try
        {
            var (at, bytes, count) = await FindDirectory(zip, cancellation);
            if (count > limits.EntriesMax)
            {
                throw new ArchiveRefusedException($"the archive has more than {limits.EntriesMax} entries");
            }

            var records = await ReadRecords(zip, at, bytes, (int)count, limits, cancellation);
            records.Sort((left, right) => left.Offset.CompareTo(right.Offset));
            return await FindData(zip, records, at, cancellation);
        }
        catch (EndOfStreamException e)
        {
            throw new ArchiveRefusedException("the archive is cut off", e);
        }
    }

    private static async Task<(long At, long Bytes, long Count)> FindDirectory(Stream zip, CancellationToken cancellation)
    {
        var tail = new byte[(int)Math.Min(zip.Length, EndBytes + ushort.MaxValue)];
        await ReadAt(zip, zip.Length - tail.Length, tail, cancellation);
        var end = tail.Length - EndBytes;
        while (end >= 0 && !(UInt32(tail, end) == EndSignature && end + EndBytes + UInt16(tail, end + 20) == tail.Length))
        {
            end--;
        }

        if (end < 0)
        {
            throw new ArchiveRefusedException(tail.Length >= 4 && UInt32(tail.Length == zip.Length ? tail : await Head(zip, cancellation), 0) == LocalSignature
                ? "the archive is cut off: a zip without its directory at the end"
                : "the archive is not a zip");
        }

        var endAt = zip.Length - tail.Length + end;
        if (UInt16(tail, end + 4) is not (0 or ushort.MaxValue) || UInt16(tail, end + 6) is not (0 or ushort.MaxValue))
        {
            throw new ArchiveRefusedException("the archive is one of several parts");
        }

        long count = UInt16(tail, end + 10);
        long bytes = UInt32(tail, end + 12);
        long at = UInt32(tail, end + 16);
        if (count == ushort.MaxValue || bytes == uint.MaxValue || at == uint.MaxValue)
        {
            (at, bytes, count, endAt) = await FindDirectory64(zip, endAt, at, bytes, count, cancellation);
        }

        if (at < 0 || bytes < 0 || at > endAt || bytes != endAt - at)
        {
            throw new ArchiveRefusedException("the archive is damaged: its directory is not where it should be");
        }

        return (at, bytes, count);
    }

    /// <summary>Exactly 65,535 entries need no zip64 record, so its absence is no fault.</summary>
    private static async Task<(long At, long Bytes, long Count, long EndAt)> FindDirectory64(Stream zip, long endAt, long at, long bytes, long count, CancellationToken cancellation)
    {
        if (endAt < End64LocatorBytes + End64Bytes)
        {
            return (at, bytes, count, endAt);
        }

        var locator = new byte[End64LocatorBytes];
        await ReadAt(zip, endAt - End64LocatorBytes, locator, cancellation);
        if (UInt32(locator, 0) != End64LocatorSignature)
        {
            return (at, bytes, count, endAt);
        }

        var end64At = Int64(locator, 8);
        var end64 = new byte[End64Bytes];
        if (end64At < 0 || end64At > endAt - End64LocatorBytes - End64Bytes)
        {
            throw new ArchiveRefusedException("the archive is damaged: its zip64 directory is not where it should be");
        }

        await ReadAt(zip, end64At, end64, cancellation);
        return UInt32(end64, 0) == End64Signature
            ? (Int64(end64, 48), Int64(end64, 40), Math.Max(0, Int64(end64, 32)), end64At)
            : throw new ArchiveRefusedException("the archive is damaged: its zip64 directory is not where it should be");
    }

    private static async Task<List<ZipRecord>> ReadRecords(Stream zip, long at, long bytes, int count, ArchiveLimits limits, CancellationToken cancellation)
    {
        var records = new List<ZipRecord>();
        var left = bytes;
        zip.Position = at;

        // Not disposed: that would dispose the archive too.
        var buffered = new BufferedStream(zip, 64 * 1024);
        var head = new byte[CentralBytes];
        while (left > 0)
        {
            if (records.Count == count)
            {
                throw new ArchiveRefusedException("the archive is damaged: its directory has more entries than it says");
            }

            await buffered.ReadExactlyAsync(head, cancellation);
            var variable = UInt16(head, 28) + UInt16(head, 30) + UInt16(head, 32);
            left -= CentralBytes + variable;
            if (UInt32(head, 0) != CentralSignature || left < 0)
            {
                throw new ArchiveRefusedException($"the archive is damaged at entry {records.Count + 1} of its directory");
            }

            // The "/" of a directory comes on top.
            if (UInt16(head, 28) > limits.PathBytesMax + 1)
            {
                throw new ArchiveRefusedException($"entry {records.Count + 1} has a path of more than {limits.PathBytesMax} bytes");
            }

            var rest = new byte[variable];
            await buffered.ReadExactlyAsync(rest, cancellation);
            records.Add(Record(head, rest));
        }

        return records.Count == count ? records : throw new ArchiveRefusedException("the archive is damaged: its directory has fewer entries than it says");
    }

    private static ZipRecord Record(byte[] head, byte[] rest)
    {
        var nameBytes = UInt16(head, 28);
        var name = Name(rest.AsSpan(0, nameBytes));
        if ((UInt16(head, 8) & EncryptedFlags) != 0)
        {
            throw new ArchiveRefusedException($"entry {ArchiveRules.Show(name)} is encrypted");
        }

        int method = UInt16(head, 10);
        if (method is not (Stored or Deflated))
        {
            throw new ArchiveRefusedException($"entry {ArchiveRules.Show(name)} is packed by method {method}; only \"stored\" (0) and \"deflated\" (8) are read");
        }

        long packed = UInt32(head, 20);
        long bytes = UInt32(head, 24);
        long offset = UInt32(head, 42);
        var wide = Zip64(rest.AsSpan(nameBytes, UInt16(head, 30)));
        bytes = Widen(bytes, ref wide, name);
        packed = Widen(packed, ref wide, name);
        offset = Widen(offset, ref wide, name);
        return new ZipRecord(name, method, UInt32(head, 16), packed, bytes, offset, UInt16(head, 40));
    }

    /// <summary>
    /// Entries must not share bytes: overlapping ones make bombs without any entry of a high ratio. Each local header must name the
    /// same entry as the directory does, or two readers would see two archives.
    /// </summary>
    private static async Task<List<(ZipRecord Record, long DataAt)>> FindData(Stream zip, List<ZipRecord> records, long directoryAt, CancellationToken cancellation)
    {
        var found = new List<(ZipRecord, long)>(records.Count);
        var head = new byte[LocalBytes];
        var freeFrom = 0L;
        foreach (var record in records)
        {
            if (record.Offset < freeFrom || record.Offset > directoryAt - LocalBytes || (freeFrom == 0 && record.Offset != 0))
            {
                throw new ArchiveRefusedException($"entry {ArchiveRules.Show(record.Name)} does not lie where an entry may: entries must begin with the archive, not overlap, and end before its directory");
            }

            await ReadAt(zip, record.Offset, head, cancellation);
            var name = new byte[UInt16(head, 26)];
            await zip.ReadExactlyAsync(name, cancellation);
            if (UInt32(head, 0) != LocalSignature || UInt16(head, 8) != record.Method || Name(name) != record.Name)
            {
                throw new ArchiveRefusedException($"entry {ArchiveRules.Show(record.Name)} does not say the same in the archive's directory and at its own head");
            }

            if ((UInt16(head, 6) & EncryptedFlags) != 0)
            {
                throw new ArchiveRefusedException($"entry {ArchiveRules.Show(record.Name)} is encrypted");
            }

            var dataAt = record.Offset + LocalBytes + name.Length + UInt16(head, 28);
            if (record.PackedBytes < 0 || record.PackedBytes > directoryAt - dataAt)
            {
                throw new ArchiveRefusedException($"entry {ArchiveRules.Show(record.Name)} is cut off");
            }

            found.Add((record, dataAt));
            freeFrom = dataAt + record.PackedBytes;
        }

        return found;
    }

    private static string Name(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw new ArchiveRefusedException($"entry {ArchiveRules.Show(Encoding.Latin1.GetString(bytes))} has a name that is not UTF-8", e);
        }
    }

    private static ReadOnlySpan<byte> Zip64(ReadOnlySpan<byte> extra)
    {
        while (extra.Length >= 4)
        {
            var bytes = BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]);
            if (bytes > extra.Length - 4)
            {
                return [];
            }

            if (BinaryPrimitives.ReadUInt16LittleEndian(extra) == Zip64Extra)
            {
                return extra.Slice(4, bytes);
            }

            extra = extra[(4 + bytes)..];
        }

        return [];
    }

    private static long Widen(long value, ref ReadOnlySpan<byte> wide, string name)
    {
        if (value != uint.MaxValue)
        {
            return value;
        }

        if (wide.Length < sizeof(long))
        {
            throw new ArchiveRefusedException($"entry {ArchiveRules.Show(name)} lacks its zip64 sizes");
        }

        var widened = BinaryPrimitives.ReadInt64LittleEndian(wide);
        wide = wide[sizeof(long)..];
        return widened;
    }

    private static async Task<byte[]> Head(Stream zip, CancellationToken cancellation)
    {
        var head = new byte[4];
        await ReadAt(zip, 0, head, cancellation);
        return head;
    }

    private static async Task ReadAt(Stream zip, long position, byte[] into, CancellationToken cancellation)
    {
        zip.Position = position;
        await zip.ReadExactlyAsync(into, cancellation);
    }

    private static ushort UInt16(byte[] from, int at) => BinaryPrimitives.ReadUInt16LittleEndian(from.AsSpan(at));

    private static uint UInt32(byte[] from, int at) => BinaryPrimitives.ReadUInt32LittleEndian(from.AsSpan(at));

    private static long Int64(byte[] from, int at) => BinaryPrimitives.ReadInt64LittleEndian(from.AsSpan(at));
}
