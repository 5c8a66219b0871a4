using System.IO.Compression;
using System.IO.Hashing;
using System.Text;

namespace Granary.Droplets.Tests;

/// <summary>One entry of a zip that need not be honest; what is null is written truthfully.</summary>
internal sealed record RawEntry(string Name, byte[] Content)
{
    public int Mode { get; init; } = RawZip.File | 0b110_100_100;

    public int Flags { get; init; } = 0x800;

    public int Method { get; init; } = 8;

    /// <summary>The bytes as they lie in the archive, for content that was packed elsewhere.</summary>
    public byte[]? Packed { get; init; }

    public long? Bytes { get; init; }

    public long? PackedBytes { get; init; }

    public uint? Crc { get; init; }

    public byte[]? RawName { get; init; }

    public byte[]? LocalName { get; init; }

    public long? Offset { get; init; }

    public static RawEntry Text(string name, string text) => new(name, Encoding.UTF8.GetBytes(text));

    public static RawEntry Link(string name, string target) => Text(name, target) with { Mode = RawZip.Symlink | 0b111_111_111 };

    public static RawEntry Folder(string name) => new(name, []) { Mode = RawZip.Directory | 0b111_101_101 };
}

/// <summary>Writes zips byte by byte, so that they can say what no honest library writes.</summary>
internal static class RawZip
{
    public const int File = 0x8000;
    public const int Directory = 0x4000;
    public const int Symlink = 0xA000;

    public static MemoryStream Of(params RawEntry[] entries) => Of((IReadOnlyCollection<RawEntry>)entries);

    /// <param name="countSaid">The number of entries that the end of the directory claims.</param>
    public static MemoryStream Of(IReadOnlyCollection<RawEntry> entries, long? countSaid = null, bool zip64 = false)
    {
        var zip = new MemoryStream();
        using var directory = new MemoryStream();
        using var writer = new BinaryWriter(zip, Encoding.UTF8, leaveOpen: true);
        using var central = new BinaryWriter(directory);
        foreach (var entry in entries)
        {
            Write(writer, central, entry, zip64);
        }

        var at = zip.Position;
        writer.Write(directory.ToArray());
        End(writer, countSaid ?? entries.Count, directory.Length, at, zip64);
        zip.Position = 0;
        return zip;
    }

    public static byte[] Deflate(ReadOnlySpan<byte> content)
    {
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            deflate.Write(content);
        }

        return packed.ToArray();
    }

    private static void Write(BinaryWriter writer, BinaryWriter central, RawEntry entry, bool zip64)
    {
        var packed = entry.Packed ?? (entry.Method == 8 ? Deflate(entry.Content) : entry.Content);
        var name = entry.RawName ?? Encoding.UTF8.GetBytes(entry.Name);
        var localName = entry.LocalName ?? name;
        var crc = entry.Crc ?? Crc32.HashToUInt32(entry.Content);
        var bytes = entry.Bytes ?? entry.Content.Length;
        var packedBytes = entry.PackedBytes ?? packed.Length;
        var offset = entry.Offset ?? writer.BaseStream.Position;

        writer.Write(0x04034b50u);
        writer.Write((ushort)20);
        writer.Write((ushort)entry.Flags);
        writer.Write((ushort)entry.Method);
        writer.Write(0u); // time and date
        writer.Write(crc);
        writer.Write((uint)packedBytes);
        writer.Write((uint)bytes);
        writer.Write((ushort)localName.Length);
        writer.Write((ushort)0);
        writer.Write(localName);
        writer.Write(packed);

        central.Write(0x02014b50u);
        central.Write((ushort)((3 << 8) | 45)); // made on Unix
        central.Write((ushort)45);
        central.Write((ushort)entry.Flags);
        central.Write((ushort)entry.Method);
        central.Write(0u);
        central.Write(crc);
        central.Write(zip64 ? uint.MaxValue : (uint)packedBytes);
        central.Write(zip64 ? uint.MaxValue : (uint)bytes);
        central.Write((ushort)name.Length);
        central.Write((ushort)(zip64 ? 28 : 0));
        central.Write((ushort)0); // comment
        central.Write((ushort)0); // disk
        central.Write((ushort)0); // internal attributes
        central.Write((uint)entry.Mode << 16);
        central.Write(zip64 ? uint.MaxValue : (uint)offset);
        central.Write(name);
        if (zip64)
        {
            central.Write((ushort)1);
            central.Write((ushort)24);
            central.Write(bytes);
            central.Write(packedBytes);
            central.Write(offset);
        }
    }

    private static void End(BinaryWriter writer, long count, long bytes, long at, bool zip64)
    {
        if (zip64)
        {
            var end64At = writer.BaseStream.Position;
            writer.Write(0x06064b50u);
            writer.Write(44L);
            writer.Write((ushort)45);
            writer.Write((ushort)45);
            writer.Write(0u);
            writer.Write(0u);
            writer.Write(count);
            writer.Write(count);
            writer.Write(bytes);
            writer.Write(at);
            writer.Write(0x07064b50u);
            writer.Write(0u);
            writer.Write(end64At);
            writer.Write(1u);
        }

        writer.Write(0x06054b50u);
        writer.Write(0u);
        writer.Write((ushort)(zip64 ? ushort.MaxValue : count));
        writer.Write((ushort)(zip64 ? ushort.MaxValue : count));
        writer.Write(zip64 ? uint.MaxValue : (uint)bytes);
        writer.Write(zip64 ? uint.MaxValue : (uint)at);
        writer.Write((ushort)0);
    }
}
