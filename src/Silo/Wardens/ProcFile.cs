using System.Globalization;
using System.Text;

namespace Granary.Silo.Wardens;

/// <summary>What the kernel tells of a process of this host. A process may end while it is read: then there is nothing.</summary>
internal static class ProcFile
{
    /// <summary>The process went away between opening and reading its file (ESRCH).</summary>
    public const int NoSuchProcess = 3;

    /// <summary>Null if there is no such process.</summary>
    public static string? Read(int pid, string file)
    {
        try
        {
            return File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/{file}"), Encoding.Latin1);
        }
        catch (Exception cause) when (cause is FileNotFoundException or DirectoryNotFoundException or IOException { HResult: NoSuchProcess })
        {
            return null;
        }
    }
}
