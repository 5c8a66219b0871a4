using System.IO.Compression;
using System.IO.Hashing;
using System.Text;
using Granary.Core.Droplets;

namespace Granary.Silo.Droplets.Zip;

/// <summary>
/// An archive whose names and links break no rule, and whose bytes are counted as they are read: none of the sizes that it declares is
/// believed. Every entry must turn out as long, and with the checksum, that it said.
/// </summary>
internal sealed class ZipContents
{
    private const int BufferBytes = 128 * 1024;

    private readonly Stream zip;
    private readonly ArchiveOptions options;
    private readonly byte[] buffer = new byte[BufferBytes];

    private ZipContents(Stream zip, ArchiveOptions options)
    {
        this.zip = zip;
        this.options = options;
    }

    public IReadOnlyList<ZipItem> Items { get; private set; } = [];

    /// <summary>Unpacked bytes that were read so far, of all entries.</summary>
    public long BytesRead { get; private set; }

    /// <param name="linksMayLeave">As in <see cref="IDropletUnpacker.Unpack"/>.</param>
    public static async Task<ZipContents> Open(Stream zip, ArchiveOptions options, bool linksMayLeave, CancellationToken cancellation)
    {
        var contents = new ZipContents(zip, options);
        await contents.Plan(options.Limits with { LinksMayLeave = linksMayLeave }, cancellation);
        return contents;
    }

    /// <summary>Reads one entry to its end and hands on its bytes. Called once for each entry.</summary>
    public async Task Read(ZipItem item, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> sink, CancellationToken cancellation)
    {
        var record = item.Record;
        using var range = new RangeStream(zip, item.DataAt, record.PackedBytes);
        await using var unpacked = record.Method == ZipDirectory.Stored ? (Stream)range : new DeflateStream(range, CompressionMode.Decompress);
        var bytes = 0L;
        var crc = new Crc32();
        try
        {
            int read;
            while ((read = await unpacked.ReadAsync(buffer, cancellation)) > 0)
            {
                bytes += read;
                BytesRead += read;
                Check(record, bytes);
                crc.Append(buffer.AsSpan(0, read));
                await sink(buffer.AsMemory(0, read), cancellation);
            }
        }
        catch (InvalidDataException e)
        {
            throw new ArchiveRefusedException($"entry {ArchiveRules.Show(record.Name)} is damaged: it cannot be unpacked", e);
        }

        if (bytes != record.Bytes)
        {
            throw new ArchiveRefusedException($"entry {ArchiveRules.Show(record.Name)} says it has {record.Bytes} bytes, and has {bytes}");
        }

        if (crc.GetCurrentHashAsUInt32() != record.Crc)
        {
            throw new ArchiveRefusedException($"entry {ArchiveRules.Show(record.Name)} is damaged: its checksum is wrong");
        }
    }

    /// <summary>Reads one entry that must be text of at most <paramref name="bytesMax"/> bytes.</summary>
    public async Task<string> ReadText(ZipItem item, int bytesMax, CancellationToken cancellation)
    {
        using var text = new MemoryStream();
        await Read(item, Keep, cancellation);
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(text.GetBuffer(), 0, (int)text.Length);
        }
        catch (DecoderFallbackException e)
        {
            throw new ArchiveRefusedException($"entry {ArchiveRules.Show(item.Record.Name)} is not text in UTF-8", e);
        }

        ValueTask Keep(ReadOnlyMemory<byte> bytes, CancellationToken unused)
        {
            if (text.Length + bytes.Length > bytesMax)
            {
                throw new ArchiveRefusedException($"entry {ArchiveRules.Show(item.Record.Name)} has more than {bytesMax} bytes");
            }

            text.Write(bytes.Span);
            return ValueTask.CompletedTask;
        }
    }

    private async Task Plan(ArchiveLimits limits, CancellationToken cancellation)
    {
        var records = await ZipDirectory.Read(zip, limits, cancellation);
        if (records.Count == 0)
        {
            throw new ArchiveRefusedException("the archive is empty");
        }

        var items = new List<ZipItem>(records.Count);
        var faults = new List<string>();
        foreach (var (record, dataAt) in records)
        {
            var kind = ArchiveRules.KindOf(record.Mode, record.NamedAsDirectory, out var fault);
            if (kind is null)
            {
                faults.Add($"entry {ArchiveRules.Show(record.Name)} {fault}");
                continue;
            }

            var path = record.NamedAsDirectory ? record.Name[..^1] : record.Name;
            var item = new ZipItem(record, dataAt, new ArchiveEntry(path, kind.Value));
            items.Add(kind == ArchiveEntryKind.Symlink
                ? item with { Entry = item.Entry with { LinkTarget = await ReadText(item, limits.PathBytesMax, cancellation) } }
                : item);
        }

        faults.AddRange(ArchiveRules.Faults([.. items.Select(each => each.Entry)], limits));
        if (faults.Count > 0)
        {
            throw new ArchiveRefusedException(string.Join("; ", faults.Take(ArchiveRules.FaultsToldMax)));
        }

        Items = items;
    }

    private void Check(ZipRecord record, long bytes)
    {
        if (record.NamedAsDirectory)
        {
            throw new ArchiveRefusedException($"entry {ArchiveRules.Show(record.Name)} is a folder and has content");
        }

        if (BytesRead > options.UnpackedBytesMax)
        {
            throw new ArchiveRefusedException($"the archive has more than {options.UnpackedBytesMax} bytes when unpacked, reached at entry {ArchiveRules.Show(record.Name)}");
        }

        if (IsBomb(bytes, record.PackedBytes))
        {
            throw new ArchiveRefusedException($"entry {ArchiveRules.Show(record.Name)} unpacks to more than {options.RatioMax} times its packed size");
        }

        if (IsBomb(BytesRead, zip.Length))
        {
            throw new ArchiveRefusedException($"the archive unpacks to more than {options.RatioMax} times its packed size, reached at entry {ArchiveRules.Show(record.Name)}");
        }
    }

    private bool IsBomb(long bytes, long packedBytes) => bytes > options.RatioFloorBytes && bytes / options.RatioMax >= packedBytes;
}
