using System.Globalization;

namespace Granary.Silo.Wardens;

/// <summary>Small files that several processes share through a folder: each is seen whole or not at all, because it is written under another name and renamed.</summary>
internal static class WholeFile
{
    private const string Unfinished = ".unfinished";

    /// <summary>Writes or replaces a file.</summary>
    /// <param name="isDurable">What it holds is on the disk on return; its name is only once the folder is synced too.</param>
    public static void Write(string path, ReadOnlySpan<byte> content, bool isDurable = false)
    {
        var unfinished = string.Create(CultureInfo.InvariantCulture, $"{path}.{Environment.ProcessId}{Unfinished}"); // Another process may write the same.
        using (var file = new FileStream(unfinished, FileMode.Create, FileAccess.Write))
        {
            file.Write(content);
            file.Flush(flushToDisk: isDurable);
        }

        File.Move(unfinished, path, overwrite: true);
    }

    /// <summary>Null if it is not there any more.</summary>
    public static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>The finished files of a folder; none if there is no such folder.</summary>
    public static IEnumerable<string> In(string folder) =>
        Directory.Exists(folder) ? Directory.EnumerateFiles(folder).Where(path => !path.EndsWith(Unfinished, StringComparison.Ordinal)) : [];
}
