using System.Collections.Immutable;
using System.Formats.Tar;
using System.IO.Compression;
using System.Runtime.CompilerServices;
using Granary.Core;
using Granary.Core.Apps;
using Granary.Core.Builds;
using Granary.Core.Droplets;
using Granary.Core.Runtime;
using Granary.Grains.Ports;
using Granary.Silo.Droplets.Zip;
using Microsoft.Extensions.Options;

namespace Granary.Silo.Droplets.Staged;

/// <summary>Writes and reads droplets as the tar.gz that Cloud Foundry has of them. What is kept is a zip: of the home of their processes, or of the files as they were uploaded, which are their app folder.</summary>
internal sealed class DropletTar(IBlobStore blobs, ZipUnpacker unpacker, IOptions<ArchiveOptions> options) : IDropletFiles
{
    private const string Info = "staging_info.yml";
    private const int InfoBytesMax = 64 * 1024;

    /// <summary>Further names of files in one droplet: each is found by reading all of it again. Archives of apps have some dozens.</summary>
    private const int CopiesMax = 100;

    private const UnixFileMode Plain = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Executable = Plain | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    public async Task Write(ContainerSource source, Stream target, CancellationToken cancellation)
    {
        await using var bits = await blobs.Open(source.DropletDigest!, cancellation);
        var zip = await ZipContents.Open(bits, options.Value, linksMayLeave: source.HoldsHome, cancellation);
        await using var packed = new GZipStream(target, CompressionLevel.Fastest, leaveOpen: true);
        await using var tar = new TarWriter(packed, TarEntryFormat.Pax, leaveOpen: true);
        await using var file = SeekableBits.TemporaryFile(); // A tar says how long a file is before its bytes, and a zip is not believed before they were read.
        if (!source.HoldsHome)
        {
            await tar.WriteEntryAsync(Entry(TarEntryType.Directory, "./app/", Executable), cancellation);
        }

        foreach (var item in zip.Items)
        {
            var name = $"{(source.HoldsHome ? "./" : "./app/")}{item.Entry.Path}";
            var entry = item.Entry.Kind switch
            {
                ArchiveEntryKind.Directory => Entry(TarEntryType.Directory, $"{name}/", Executable),
                ArchiveEntryKind.Symlink => Entry(TarEntryType.SymbolicLink, name, Executable),
                _ => Entry(TarEntryType.RegularFile, name, ArchiveRules.IsExecutable(item.Record.Mode) ? Executable : Plain),
            };
            if (item.Entry.LinkTarget is { } link)
            {
                entry.LinkName = link;
            }
            else if (item.Entry.Kind == ArchiveEntryKind.File)
            {
                file.SetLength(0);
                await zip.Read(item, file.WriteAsync, cancellation);
                file.Position = 0;
                entry.DataStream = file;
            }

            await tar.WriteEntryAsync(entry, cancellation);
        }
    }

    public async Task<StagingProduct> Read(string digest, CancellationToken cancellation)
    {
        await using var file = SeekableBits.TemporaryFile();
        try
        {
            var types = await Repack(digest, file, cancellation);
            file.Position = 0;
            await unpacker.Inspect(file, linksMayLeave: true, cancellation);
            return new StagingProduct((await blobs.Store(file, cancellation)).Digest, types, []);
        }
        catch (ArchiveRefusedException fault)
        {
            return StagingProduct.Refused(fault.Message);
        }
        catch (InvalidDataException fault)
        {
            return StagingProduct.Refused(Broken(fault).Message); // In the midst of a file.
        }
    }

    private async Task<ImmutableSortedDictionary<string, string>> Repack(string digest, Stream file, CancellationToken cancellation)
    {
        await using var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true);
        var looks = 0;
        var home = new HomeZip(zip, file, options.Value, path => looks++ <= CopiesMax
            ? Entries(digest, path, cancellation)
            : throw new ArchiveRefusedException($"it has more than {CopiesMax} further names of files (hard links): pack them as files of their own"));
        var texts = await home.AddHome(path => path == Info ? InfoBytesMax : DropletPacker.NoteLength(path), cancellation);
        var types = DropletPacker.Types(Limits.Buildpacks, [], texts);
        return !types.ContainsKey(AppProcesses.Web) && ProcessTypes.StartCommand(texts.GetValueOrDefault(Info), Info) is { Length: > 0 } command ? types.Add(AppProcesses.Web, command) : types;
    }

    /// <summary>All of it for the home itself, else the one entry.</summary>
    private async IAsyncEnumerable<TarEntry> Entries(string digest, string path, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var bits = await blobs.Open(digest, cancellation);
        await using var unpacked = new GZipStream(bits, CompressionMode.Decompress);
        await foreach (var entry in TarEntries.Of(unpacked, Broken, cancellation))
        {
            if (path == StagingFolders.Home || path == $"{StagingFolders.Home}/{HomeZip.NameOf(entry.Name)}")
            {
                yield return entry;
            }
        }
    }

    private static ArchiveRefusedException Broken(Exception fault) => new($"it is no tar.gz that can be read ({fault.Message}): upload what 'cf download-droplet' writes", fault);

    /// <summary>As old as nothing, so that the same droplet is the same file whenever it is asked for.</summary>
    private static PaxTarEntry Entry(TarEntryType type, string name, UnixFileMode mode) => new(type, name) { Mode = mode, ModificationTime = DateTimeOffset.UnixEpoch };
}
