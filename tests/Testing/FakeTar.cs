using System.Formats.Tar;
using System.Text;

namespace Granary.Testing;

/// <summary>The files of a container in memory, as an engine hands them out.</summary>
internal static class FakeTar
{
    /// <summary>Small, so that who reads sees entries that begin in one piece and end in another.</summary>
    private const int PieceBytes = 700;

    /// <summary>The file or folder of a path, with all below it; null if there is none.</summary>
    public static IAsyncEnumerable<ReadOnlyMemory<byte>>? Of(IReadOnlyDictionary<string, string> files, IEnumerable<string> folders, string path)
    {
        var found = files.Where(each => each.Key == path || each.Key.StartsWith($"{path}/", StringComparison.Ordinal)).ToArray();
        return found.Length > 0 || folders.Contains(path) ? Write(found, path) : null;
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> Write(KeyValuePair<string, string>[] files, string path)
    {
        using var tar = new MemoryStream();
        await using (var writer = new TarWriter(tar, leaveOpen: true))
        {
            var above = Path.GetDirectoryName(path)!;
            var isFile = files is [var only] && only.Key == path;
            foreach (var folder in files.SelectMany(each => Above(each.Key, path)).Concat(isFile ? [] : [path]).Distinct().Order(StringComparer.Ordinal))
            {
                await writer.WriteEntryAsync(new PaxTarEntry(TarEntryType.Directory, $"{Path.GetRelativePath(above, folder)}/"));
            }

            foreach (var (name, text) in files)
            {
                await writer.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, Path.GetRelativePath(above, name)) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) });
            }
        }

        foreach (var piece in tar.ToArray().Chunk(PieceBytes))
        {
            yield return piece;
        }
    }

    private static IEnumerable<string> Above(string file, string top)
    {
        for (var folder = Path.GetDirectoryName(file); folder is not null && folder.StartsWith($"{top}/", StringComparison.Ordinal); folder = Path.GetDirectoryName(folder))
        {
            yield return folder;
        }
    }
}
