using System.Runtime.InteropServices;

namespace Granary.Cli.Packing;

/// <summary>Tells files from pipes, sockets and devices, which .NET does not; opening a pipe would wait for its writer for ever.</summary>
internal static partial class FileKind
{
    private const int CurrentFolder = -100;
    private const int DoNotFollowLinks = 0x100;
    private const uint OnlyKind = 1;
    private const int ModeAt = 28;
    private const int KindBits = 0xF000;
    private const int Regular = 0x8000;

    /// <summary>Elsewhere than on Linux every file counts as one.</summary>
    public static bool IsRegular(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return true;
        }

        // struct statx has the same layout on every architecture and 256 bytes.
        Span<byte> status = stackalloc byte[256];
        return statx(CurrentFolder, path, DoNotFollowLinks, OnlyKind, ref MemoryMarshal.GetReference(status)) == 0
            ? (MemoryMarshal.Read<ushort>(status[ModeAt..]) & KindBits) == Regular
            : throw new IOException($"{path}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}.");
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int statx(int folder, string path, int flags, uint mask, ref byte status);
}
