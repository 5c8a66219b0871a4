using System.ComponentModel.DataAnnotations;
using Granary.Core.Droplets;

namespace Granary.Silo.Droplets;

/// <summary>
/// How large an uploaded archive may be, packed and unpacked. An archive beyond a limit is refused as a whole, in words that name the limit;
/// an option out of its range stops the silo's start.
/// </summary>
public sealed class ArchiveOptions
{
    /// <summary>Bytes of the archive as it is uploaded. Default 1 GiB, which is Cloud Foundry's limit; range 1 KiB to 16 GiB.</summary>
    [Range(typeof(long), "1024", "17179869184")]
    public long ArchiveBytesMax { get; set; } = 1L << 30;

    /// <summary>Files, directories (listed or implied by a path) and links in one archive. Default 100,000, which bounds inodes and memory; range 1 to 1,000,000.</summary>
    [Range(1, 1_000_000)]
    public int EntriesMax { get; set; } = 100_000;

    /// <summary>Bytes of all entries together, unpacked. Default 2 GiB, the largest disk a task may ask for by default; range 1 KiB to 64 GiB.</summary>
    [Range(typeof(long), "1024", "68719476736")]
    public long UnpackedBytesMax { get; set; } = 2L << 30;

    /// <summary>
    /// Unpacked bytes per packed byte, of one entry and of the whole archive. Default 200: text seldom exceeds 20, a bomb of zeros reaches
    /// 1,000. Range 2 to 10,000.
    /// </summary>
    [Range(2, 10_000)]
    public int RatioMax { get; set; } = 200;

    /// <summary>Unpacked bytes that are never refused for their ratio: small files of one character are harmless. Default 1 MiB; range 0 to 1 GiB.</summary>
    [Range(typeof(long), "0", "1073741824")]
    public long RatioFloorBytes { get; set; } = 1L << 20;

    /// <summary>Bytes of an entry's path, and of a link's target, in UTF-8. Default 1,024; range 1 to 4,000 (Linux takes 4,096 with the folder before it).</summary>
    [Range(1, 4000)]
    public int PathBytesMax { get; set; } = 1024;

    /// <summary>Parts of an entry's path. Default 64; range 1 to 1,000.</summary>
    [Range(1, 1000)]
    public int DepthMax { get; set; } = 64;

    public ArchiveLimits Limits => new(EntriesMax, PathBytesMax, DepthMax);
}
