using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Granary.Core.Builds;
using Granary.Core.Droplets;

namespace Granary.Silo.Droplets.Staged;

/// <summary>
/// Writes tars, of the folders of a container or of their home, into one zip, entry by entry as they come. Bytes are counted, not believed. Files, folders and symbolic links are kept; a further name of
/// a file becomes a copy of it; pipes, sockets and devices, which no droplet holds, are left out.
/// </summary>
internal sealed class HomeZip(ZipArchive zip, Stream packed, ArchiveOptions options, Func<string, IAsyncEnumerable<TarEntry>> entries)
{
    private const int Folder = 0x4000;
    private const int File = 0x8000;
    private const int Link = 0xA000;
    private const int Permissions = 0x1FF;
    private const int BufferBytes = 128 * 1024;

    private readonly byte[] buffer = new byte[BufferBytes];
    private long bytes;
    private int count;

    /// <summary>Short texts, by their paths, of files that <paramref name="wanted"/> names; the path begins with the name of the folder.</summary>
    public async Task<Dictionary<string, string>> AddFolder(string name, string path, Func<string, int?> wanted, CancellationToken cancellation)
    {
        AddEntry($"{name}/", Folder | 0x1ED);
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        await foreach (var entry in entries(path).WithCancellation(cancellation))
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

    /// <summary>The folders of a droplet, out of one tar of their home; what else is there is left out. Texts as of a folder.</summary>
    public async Task<Dictionary<string, string>> AddHome(Func<string, int?> wanted, CancellationToken cancellation)
    {
        foreach (var name in StagingFolders.OfDroplet.Keys)
        {
            AddEntry($"{name}/", Folder | 0x1ED);
        }

        var hasApp = false;
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        await foreach (var entry in entries(StagingFolders.Home).WithCancellation(cancellation))
        {
            var at = NameOf(entry.Name);
            var isKept = StagingFolders.OfDroplet.ContainsKey(at.Split('/')[0]);
            hasApp |= at == "app" || at.StartsWith("app/", StringComparison.Ordinal);
            if (isKept && !at.Contains('/', StringComparison.Ordinal))
            {
                if (entry.EntryType != TarEntryType.Directory)
                {
                    throw new ArchiveRefusedException($"{ArchiveRules.Show(at)} is no folder");
                }
            }
            else if (isKept && await Add(entry, at, wanted(at), cancellation) is { } text)
            {
                texts[at] = text;
            }
            else if (!isKept && entry.DataStream is { } data && wanted(at) is { } bytesMax)
            {
                texts[at] = await Read(data, at, bytesMax, cancellation);
            }
            else if (!isKept)
            {
                Count(entry.Length);
            }
        }

        return hasApp ? texts : throw new ArchiveRefusedException("it holds nothing in a folder 'app': upload what 'cf download-droplet' writes");
    }

    /// <summary>As it is called below the home, however it was packed.</summary>
    public static string NameOf(string name) => (name.StartsWith("./", StringComparison.Ordinal) ? name[2..] : name).TrimEnd('/');

    public Task AddText(string name, string text, CancellationToken cancellation) => AddText(name, File | 0x1A4, text, cancellation);

    /// <summary>Texts of files right in a folder, which is not added.</summary>
    public async Task<Dictionary<string, string>> ReadTexts(string path, int bytesMax, CancellationToken cancellation)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        await foreach (var entry in entries(path).WithCancellation(cancellation))
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
                await AddCopy(at, NameOf(entry.LinkName), cancellation);
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
        await foreach (var entry in entries($"{StagingFolders.Home}/{first}").WithCancellation(cancellation))
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
        if (++count > options.EntriesMax)
        {
            throw new ArchiveRefusedException($"it has more than {options.EntriesMax} files and folders");
        }

        var entry = zip.CreateEntry(name, CompressionLevel.Fastest);
        entry.ExternalAttributes = mode << 16;
        return entry;
    }

    private void Count(long read)
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
}
