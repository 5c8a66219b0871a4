using System.Globalization;

namespace Granary.Silo.Docker;

/// <summary>
/// Empty ext4 file systems, one for each size that was ever asked for, of which each container gets a copy: that is a fifth of the cost of
/// making one. Safe to use from several threads and processes.
/// </summary>
internal sealed class DiskTemplates(string folder)
{
    /// <summary>Part of the file name: raise it when the arguments below change, so that old templates are not used.</summary>
    private const int Recipe = 1;

    /// <summary>
    /// No journal, since the file system lives only as long as its container; nothing kept back for root, no room to grow. A file for each 8 KB
    /// leaves enough of them for droplets with many small files.
    /// </summary>
    private static readonly string[] Arguments =
        ["-q", "-F", "-O", "^has_journal,^resize_inode", "-m", "0", "-i", "8192", "-E", "lazy_itable_init=1,nodiscard"];

    /// <summary>Makes <paramref name="file"/> an empty file system of that size; it takes space only as it is written to.</summary>
    public async Task Copy(int sizeMb, string file, CancellationToken cancellation)
    {
        var template = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"ext4-{sizeMb}mb-{Recipe}"));
        if (!File.Exists(template))
        {
            await Make(sizeMb, template, cancellation);
        }

        SparseFile.Copy(template, file);
    }

    private async Task Make(int sizeMb, string template, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        var unfinished = $"{template}.{Guid.NewGuid():N}";
        try
        {
            await using (var file = File.Create(unfinished))
            {
                file.SetLength((long)sizeMb << 20);
            }

            await MakeFileSystem(unfinished, cancellation);
            File.Move(unfinished, template, overwrite: true);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    private static async Task MakeFileSystem(string file, CancellationToken cancellation)
    {
        var result = await Tool.Run("mkfs.ext4", [.. Arguments, file], cancellation);
        if (result.ExitCode != 0)
        {
            throw new ScratchUnavailableException($"mkfs.ext4 cannot make a file system of {new FileInfo(file).Length >> 20} MB: {result.Errors}");
        }
    }
}
