using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Granary.Core.Builds;
using Granary.Core.Droplets;

namespace Granary.Silo.Droplets.Staged;

/// <summary>
/// Writes the tars of a container's folders into one zip, entry by entry as they come. Bytes are counted, not believed. Files, folders and symbolic links are kept; a further name of
/// a file becomes a copy of it; pipes, sockets and devices, which no droplet holds, are left out.
/// </summary>
internal sealed class HomeZip(ZipArchive zip, Stream packed, ArchiveOptions options, Func<string, Task<IAsyncEnumerable<ReadOnlyMemory<byte>>?>> open)
{
    private const int Folder = 0x4000;
    private const int File = 0x8000;
    private const int Link = 0xA000;
    private const int Permissions = 0x1FF;
    private const int BufferBytes = 128 * 1024;

    private readonly byte[] buffer = new byte[BufferBytes];
    private long bytes;
    private int entries;

    /// <summary>Short texts, by their paths, of files that <paramref name="wanted"/> names; the path begins with the name of the folder.</summary>
    public async Task<Dictionary<string, string>> AddFolder(string name, string path, Func<string, int?> wanted, CancellationToken cancellation)
    {
        AddEntry($"{name}/", Folder | 0x1ED);
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        await foreach (var entry in Entries(path, cancellation))
        {
            var at = entry.Name.TrimEnd('/');
            if (at == name)
            {
                if (entry.EntryType != TarEntryType.Directory)
                {
                    throw new ArchiveRefusedException($"{path} is no folder");
                }
            }
            else if (!at.StartsWith($"{name}/", StringComparison.Ordinal))
            {
                throw new ArchiveRefusedException($"{path} holds an entry {ArchiveRules.Show(at)} that is not below it");
            }
            else if (await Add(entry, at, wanted(at), cancellation) is { } text)
            {
                texts[at] = text;
            }
        }

        return texts;
    }

    public Task AddText(string name, string text, CancellationToken cancellation) => AddText(name, File | 0x1A4, text, cancellation);

    /// <summary>Texts of files right in a folder, which is not added.</summary>
    public async Task<Dictionary<string, string>> ReadTexts(string path, int bytesMax, CancellationToken cancellation)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        await foreach (var entry in Entries(path, cancellation))
        {
            if (entry is { EntryType: TarEntryType.RegularFile or TarEntryType.V7RegularFile, DataStream: { } data })
            {
                texts[Path.GetFileName(entry.Name)] = await Read(data, entry.Name, bytesMax, cancellation);
            }
        }

        return texts;
    }

    private async Task<string?> Add(TarEntry entry, string at, int? textBytesMax, CancellationToken cancellation)
    {
        var mode = (int)entry.Mode & Permissions;
        switch (entry.EntryType)
        {
            case TarEntryType.Directory:
                AddEntry($"{at}/", Folder | mode);
                return null;
            case TarEntryType.RegularFile or TarEntryType.V7RegularFile when textBytesMax is { } bytesMax && entry.Length <= bytesMax:
                var text = entry.DataStream is { } data ? await Read(data, at, bytesMax, cancellation) : "";
                await AddText(at, File | mode, text, cancellation);
                return text;
            case TarEntryType.RegularFile or TarEntryType.V7RegularFile:
                await AddFile(at, mode, entry.DataStream, cancellation);
                return null;
            case TarEntryType.SymbolicLink:
                await AddText(at, Link | Permissions, entry.LinkName, cancellation);
                return null;
            case TarEntryType.HardLink:
                await AddCopy(at, entry.LinkName, cancellation);
                return null;
            default:
                return null;
        }
    }

    private async Task AddFile(string at, int mode, Stream? data, CancellationToken cancellation)
    {
        await using var target = await AddEntry(at, File | mode).OpenAsync(cancellation);
        int read;
        while (data is not null && (read = await data.ReadAsync(buffer, cancellation)) > 0)
        {
            Count(read);
            await target.WriteAsync(buffer.AsMemory(0, read), cancellation);
        }
    }

    private async Task AddText(string at, int mode, string text, CancellationToken cancellation)
    {
        await using var target = await AddEntry(at, mode).OpenAsync(cancellation);
        await target.WriteAsync(Encoding.UTF8.GetBytes(text), cancellation);
    }

    /// <summary>A tar has the bytes of a file under its first name alone, and that has gone by: the container is asked for it once more.</summary>
    private async Task AddCopy(string at, string first, CancellationToken cancellation)
    {
        await foreach (var entry in Entries($"{Path.GetDirectoryName(StagingFolders.App)}/{first}", cancellation))
        {
            if (entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile)
            {
                await AddFile(at, (int)entry.Mode & Permissions, entry.DataStream, cancellation);
                return;
            }
        }

        throw new ArchiveRefusedException($"entry {ArchiveRules.Show(at)} is another name of {ArchiveRules.Show(first)}, which is no file");
    }

    private ZipArchiveEntry AddEntry(string name, int mode)
    {
        if (++entries > options.EntriesMax)
        {
            throw new ArchiveRefusedException($"it has more than {options.EntriesMax} files and folders");
        }

        var entry = zip.CreateEntry(name, CompressionLevel.Fastest);
        entry.ExternalAttributes = mode << 16;
        return entry;
    }

    private void Count(int read)
    {
        bytes += read;
        if (bytes > options.UnpackedBytesMax)
        {
            throw new ArchiveRefusedException($"it has more than {options.UnpackedBytesMax} bytes");
        }

        if (packed.Length > options.ArchiveBytesMax)
        {
            throw new ArchiveRefusedException($"it has more than {options.ArchiveBytesMax} bytes when packed");
        }
    }

    private async Task<string> Read(Stream data, string name, int bytesMax, CancellationToken cancellation)
    {
        var text = new byte[bytesMax + 1];
        var length = await data.ReadAtLeastAsync(text, text.Length, throwOnEndOfStream: false, cancellation);
        Count(length);
        return length <= bytesMax ? Encoding.UTF8.GetString(text, 0, length) : throw new ArchiveRefusedException($"{ArchiveRules.Show(name)} has more than {bytesMax} bytes");
    }

    private async IAsyncEnumerable<TarEntry> Entries(string path, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        var pieces = await open(path) ?? throw new ArchiveRefusedException($"{path} is not there any more");
        await using var stream = new PieceStream(pieces, cancellation);
        await using var tar = new TarReader(stream, leaveOpen: true);
        while (await Next(tar, cancellation) is { } entry)
        {
            yield return entry;
        }
    }

    private static async Task<TarEntry?> Next(TarReader tar, CancellationToken cancellation)
    {
        try
        {
            return await tar.GetNextEntryAsync(copyData: false, cancellation);
        }
        catch (InvalidDataException fault)
        {
            throw new IOException($"The engine's answer is no tar: {fault.Message}", fault); // It broke off; the next try gets it whole.
        }
    }
}
