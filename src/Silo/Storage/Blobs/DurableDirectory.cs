using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;

namespace Granary.Silo.Storage.Blobs;

/// <summary>Makes names durable: a renamed or new file survives a power failure only when its directory is synced too, which .NET cannot do.</summary>
internal static class DurableDirectory
{
    private const int ReadOnly = 0; // O_RDONLY

    /// <summary>Makes a directory below an existing one, durably.</summary>
    public static void Create(string path)
    {
        if (!Directory.Exists(path))
        {
            Directory.CreateDirectory(path);
            Sync(Path.GetDirectoryName(path)!);
        }
    }

    public static void Sync(string path)
    {
        var handle = Open(Encoding.UTF8.GetBytes($"{path}\0"), ReadOnly);
        if (handle < 0)
        {
            throw Failed(path);
        }

        try
        {
            if (Fsync(handle) != 0)
            {
                throw Failed(path);
            }
        }
        finally
        {
            _ = Close(handle);
        }
    }

    private static IOException Failed(string path) => new($"The directory {path} could not be synced.", new Win32Exception(Marshal.GetLastPInvokeError()));

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open(byte[] path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Fsync(int handle);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int handle);
}
