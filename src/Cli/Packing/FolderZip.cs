using System.IO.Compression;
using System.Text;

namespace Granary.Cli.Packing;

/// <summary>
/// Packs a folder: the same files give the same bytes, whenever and wherever they are packed. Modes are kept, and so are links; what
/// .cfignore names stays out.
/// </summary>
internal static class FolderZip
{
    private const int Folder = 0x4000;
    private const int Regular = 0x8000;
    private const int Link = 0xA000;
    private const int PermissionBits = 0x1FF;

    /// <summary>The earliest time that a zip can hold: times of files differ by clone and by day.</summary>
    private static readonly DateTimeOffset Then = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Writes the zip and returns how many files and links are in it.</summary>
    public static int Write(string folder, Stream target)
    {
        var root = new DirectoryInfo(folder);
        var ignore = Path.Combine(root.FullName, IgnoreRules.FileName);
        var rules = IgnoreRules.Parse(File.Exists(ignore) ? File.ReadAllText(ignore) : "");
        using var zip = new ZipArchive(target, ZipArchiveMode.Create, leaveOpen: true);
        var files = Add(zip, root, "", rules);
        return files > 0 ? files : throw new FailureException($"There are no files to push in {root.FullName}.");
    }

    private static int Add(ZipArchive zip, DirectoryInfo folder, string prefix, IgnoreRules rules)
    {
        var files = 0;
        foreach (var each in folder.EnumerateFileSystemInfos().OrderBy(each => each.Name, StringComparer.Ordinal))
        {
            var name = prefix + each.Name;
            var isFolder = each is DirectoryInfo && each.LinkTarget is null;
            if (rules.Ignores(name, isFolder))
            {
                continue;
            }

            if (each.LinkTarget is { } link)
            {
                using var content = Entry(zip, name, Link | PermissionBits).Open();
                content.Write(Encoding.UTF8.GetBytes(link));
                files++;
            }
            else if (each is DirectoryInfo inner)
            {
                Entry(zip, name + "/", Folder | Mode(each));
                files += Add(zip, inner, name + "/", rules);
            }
            else
            {
                AddFile(zip, (FileInfo)each, name);
                files++;
            }
        }

        return files;
    }

    private static void AddFile(ZipArchive zip, FileInfo file, string name)
    {
        if (!FileKind.IsRegular(file.FullName))
        {
            throw new FailureException($"{file.FullName} is neither a file, a folder nor a link: name it in {IgnoreRules.FileName} to leave it out.");
        }

        using var source = file.OpenRead();
        using var content = Entry(zip, name, Regular | Mode(file)).Open();
        source.CopyTo(content);
    }

    private static ZipArchiveEntry Entry(ZipArchive zip, string name, int mode)
    {
        var entry = zip.CreateEntry(name, CompressionLevel.Optimal);
        entry.LastWriteTime = Then;
        entry.ExternalAttributes = mode << 16;
        return entry;
    }

    private static int Mode(FileSystemInfo file) => OperatingSystem.IsWindows() ? 0x1ED : (int)file.UnixFileMode & PermissionBits;
}
