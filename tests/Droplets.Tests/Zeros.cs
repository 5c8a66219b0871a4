using System.IO.Compression;
using System.IO.Hashing;

namespace Granary.Droplets.Tests;

/// <summary>A gigabyte of zeros, packed once for all tests and never held unpacked.</summary>
internal static class Zeros
{
    private const int Chunks = 1024;

    private static readonly Lazy<RawEntry> Made = new(Make);

    public static RawEntry Gigabyte => Made.Value;

    private static RawEntry Make()
    {
        var chunk = new byte[1 << 20];
        var crc = new Crc32();
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            for (var each = 0; each < Chunks; each++)
            {
                deflate.Write(chunk);
                crc.Append(chunk);
            }
        }

        return new RawEntry("zeros", []) { Packed = packed.ToArray(), Bytes = (long)Chunks << 20, Crc = crc.GetCurrentHashAsUInt32() };
    }
}
