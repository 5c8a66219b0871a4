using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Granary.Silo.Docker;

/// <summary>The calls of the Linux kernel that .NET has no name for.</summary>
internal static partial class Kernel
{
    public const int NoPermission = 1;

    public const int NotThere = 2;

    public const int Busy = 16;

    public const int Invalid = 22;

    /// <summary>An lseek beyond the last data of a file ends so.</summary>
    public const int NoSuchAddress = 6;

    private const ulong NoSetUserIds = 0x2;
    private const ulong NoDevices = 0x4;
    private const ulong NoAccessTimes = 0x400;
    private const int Detach = 0x2;

    /// <summary>Mounts a file system on which set-user-id bits and device nodes have no effect.</summary>
    /// <exception cref="Win32Exception">The kernel refused.</exception>
    public static void Mount(string device, string folder, string type, string options)
    {
        if (MountCall(device, folder, type, NoSetUserIds | NoDevices | NoAccessTimes, options) != 0)
        {
            throw Failure($"mount {type} at {folder}");
        }
    }

    /// <summary>Takes a mount away, also while something still uses it: it goes with its last user. Nothing mounted there is fine.</summary>
    public static void Unmount(string folder)
    {
        if (UnmountCall(folder, Detach) != 0 && Marshal.GetLastPInvokeError() is not (Invalid or NotThere))
        {
            throw Failure($"unmount {folder}");
        }
    }

    /// <summary>Changes the owner of a file or folder; of a symbolic link itself, not of what it names.</summary>
    public static void ChangeOwner(string path, uint user, uint group)
    {
        if (ChangeOwnerCall(path, user, group) != 0)
        {
            throw Failure($"change the owner of {path}");
        }
    }

    public static void ChangeMode(string path, uint mode)
    {
        if (ChangeModeCall(path, mode) != 0)
        {
            throw Failure($"change the mode of {path}");
        }
    }

    public static Win32Exception Failure(string what)
    {
        var error = Marshal.GetLastPInvokeError();
        return new Win32Exception(error, $"{what}: {Marshal.GetPInvokeErrorMessage(error)}");
    }

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int MountCall(string device, string folder, string type, ulong flags, string options);

    [LibraryImport("libc", EntryPoint = "umount2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int UnmountCall(string folder, int flags);

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int ChangeOwnerCall(string path, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "chmod", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int ChangeModeCall(string path, uint mode);
}
