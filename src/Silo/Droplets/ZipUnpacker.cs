using Granary.Core.Droplets;
using Granary.Silo.Droplets.Zip;
using Microsoft.Extensions.Options;

namespace Granary.Silo.Droplets;

/// <summary>
/// Unpacks zips that anybody may have made. Guarantees, whatever the archive says:
/// 1. nothing is written outside the given folder, not even through a link (links are made last, and never are parents);
/// 2. only files (0644, or 0755 if the owner may execute), folders (0755) and links that stay inside, unless they may leave, are made, owned by 2000:2000
///    when the silo is root;
/// 3. names, kinds and links are checked before anything is written, sizes while it is written;
/// 4. after any failure the folder is gone, so that a folder that exists after an unpacking is whole.
/// </summary>
public sealed class ZipUnpacker(IOptions<ArchiveOptions> options) : IDropletUnpacker
{
    private const UnixFileMode PlainMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode ExecutableMode = PlainMode | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Throws <see cref="ArchiveRefusedException"/> if the archive breaks a rule, and <see cref="ArgumentException"/> if the folder is not empty.</summary>
    public Task Unpack(Stream bits, string directory, CancellationToken cancellation) => Unpack(bits, directory, linksMayLeave: false, cancellation);

    /// <inheritdoc cref="IDropletUnpacker.Unpack"/>
    public async Task Unpack(Stream bits, string directory, bool linksMayLeave, CancellationToken cancellation)
    {
        if (Directory.Exists(directory) && Directory.EnumerateFileSystemEntries(directory).Any())
        {
            throw new ArgumentException($"{directory} is not empty.", nameof(directory));
        }

        await using var zip = await SeekableBits.Of(bits, options.Value.ArchiveBytesMax, cancellation);
        try
        {
            var contents = await ZipContents.Open(zip.Stream, options.Value, linksMayLeave, cancellation);
            await Write(contents, Path.GetFullPath(directory), cancellation);
        }
        catch (Exception)
        {
            // A link in it is removed, not followed.
            if (Directory.Exists(directory))
            {
                Directory.Delete(directory, recursive: true);
            }

            throw;
        }
    }

    /// <summary>Reads the whole archive, checks all that unpacking checks, and writes nothing.</summary>
    public Task<ArchiveSummary> Inspect(Stream bits, CancellationToken cancellation) => Inspect(bits, linksMayLeave: false, cancellation);

    /// <inheritdoc cref="Inspect(Stream, CancellationToken)"/>
    public async Task<ArchiveSummary> Inspect(Stream bits, bool linksMayLeave, CancellationToken cancellation)
    {
        await using var zip = await SeekableBits.Of(bits, options.Value.ArchiveBytesMax, cancellation);
        var contents = await ZipContents.Open(zip.Stream, options.Value, linksMayLeave, cancellation);
        string? procfile = null;
        var bytes = 0L;
        foreach (var item in contents.Items.Where(each => each.Entry.Kind != ArchiveEntryKind.Symlink))
        {
            if (item.Entry is { Kind: ArchiveEntryKind.File, Path: Procfile.FileName })
            {
                procfile = (await contents.ReadText(item, Procfile.BytesMax, cancellation)).TrimStart('\uFEFF');
            }
            else
            {
                await contents.Read(item, (_, _) => ValueTask.CompletedTask, cancellation);
            }

            bytes += item.Record.Bytes;
        }

        return new ArchiveSummary(contents.Items.Count, bytes, procfile);
    }

    private static async Task Write(ZipContents contents, string root, CancellationToken cancellation)
    {
        var folders = new HashSet<string>(StringComparer.Ordinal);
        MakeFolder(root);
        foreach (var item in contents.Items.Where(each => each.Entry.Kind != ArchiveEntryKind.Symlink))
        {
            var path = item.Entry.Path;
            MakeFolders(root, item.Entry.Kind == ArchiveEntryKind.Directory ? path : Parent(path), folders);
            if (item.Entry.Kind == ArchiveEntryKind.Directory)
            {
                await contents.Read(item, (_, _) => ValueTask.CompletedTask, cancellation);
            }
            else
            {
                await WriteFile(contents, item, Path.Combine(root, path), cancellation);
            }
        }

        foreach (var link in contents.Items.Select(each => each.Entry).Where(each => each.Kind == ArchiveEntryKind.Symlink))
        {
            cancellation.ThrowIfCancellationRequested();
            MakeFolders(root, Parent(link.Path), folders);
            var path = Path.Combine(root, link.Path);
            File.CreateSymbolicLink(path, link.LinkTarget!);
            Ownership.Give(path);
        }
    }

    private static async Task WriteFile(ZipContents contents, ZipItem item, string path, CancellationToken cancellation)
    {
        var mode = ArchiveRules.IsExecutable(item.Record.Mode) ? ExecutableMode : PlainMode;
        await using (var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0, UnixCreateMode = mode }))
        {
            await contents.Read(item, file.WriteAsync, cancellation);
            File.SetUnixFileMode(file.SafeFileHandle, mode); // The process's umask may have taken bits away.
        }

        Ownership.Give(path);
    }

    private static void MakeFolders(string root, string path, HashSet<string> made)
    {
        for (var end = path.IndexOf('/', StringComparison.Ordinal); path.Length > 0; end = path.IndexOf('/', end + 1))
        {
            var folder = end < 0 ? path : path[..end];
            if (made.Add(folder))
            {
                MakeFolder(Path.Combine(root, folder));
            }

            if (end < 0)
            {
                return;
            }
        }
    }

    private static void MakeFolder(string path)
    {
        Directory.CreateDirectory(path, ExecutableMode);
        File.SetUnixFileMode(path, ExecutableMode);
        Ownership.Give(path);
    }

    private static string Parent(string path) => path[..Math.Max(0, path.LastIndexOf('/'))];
}
