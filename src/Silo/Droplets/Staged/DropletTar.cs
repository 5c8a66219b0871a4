using System.Formats.Tar;
using System.IO.Compression;
using Granary.Core.Droplets;
using Granary.Core.Runtime;
using Granary.Grains.Ports;
using Granary.Silo.Droplets.Zip;
using Microsoft.Extensions.Options;

namespace Granary.Silo.Droplets.Staged;

/// <summary>Writes a droplet as the tar.gz that Cloud Foundry has of it: what is kept is a zip, of the home of its processes or of the files as they were uploaded, which are its app folder.</summary>
internal sealed class DropletTar(IBlobStore blobs, IOptions<ArchiveOptions> options) : IDropletFiles
{
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

    /// <summary>As old as nothing, so that the same droplet is the same file whenever it is asked for.</summary>
    private static PaxTarEntry Entry(TarEntryType type, string name, UnixFileMode mode) => new(type, name) { Mode = mode, ModificationTime = DateTimeOffset.UnixEpoch };
}
