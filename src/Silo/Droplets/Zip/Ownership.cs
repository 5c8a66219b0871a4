using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;
using Granary.Core.Droplets;

namespace Granary.Silo.Droplets.Zip;

/// <summary>Gives files to the user that droplets run as. Only root can; a silo of another user leaves them its own.</summary>
internal static class Ownership
{
    /// <summary>Never follows a symbolic link.</summary>
    public static void Give(string path)
    {
        if (Environment.IsPrivilegedProcess && lchown(Encoding.UTF8.GetBytes(path + "\0"), ArchiveRules.OwnerId, ArchiveRules.OwnerId) != 0)
        {
            throw new IOException($"The owner of {path} could not be set.", new Win32Exception(Marshal.GetLastPInvokeError()));
        }
    }

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int lchown(byte[] path, uint owner, uint group);
}
