namespace Granary.Silo;

/// <summary>Files that one process holds at a time. The kernel frees one with its holder, whatever way that ends.</summary>
internal static class LockFile
{
    /// <summary>EAGAIN, of the lock.</summary>
    private const int WouldBlock = 11;

    /// <summary>Holds a file until it is disposed, and makes it and its folder if need be. Null while another process holds it.</summary>
    public static FileStream? TryHold(string path)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException fault) when (fault.HResult == WouldBlock)
        {
            return null;
        }
    }
}
