using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Granary.Silo.Docker;

/// <summary>
/// A file as a block device. It frees itself when the last mount of it goes, so that a crash of ours leaves no device behind:
/// hold it only until it is mounted.
/// </summary>
internal sealed partial class LoopDevice : IDisposable
{
    private const string ControlPath = "/dev/loop-control";
    private const uint GetFree = 0x4C82;
    private const uint Configure = 0x4C0A;
    private const uint FreeItself = 4;

    /// <summary>Others may take the free device that we were told of; losing more races than this in a row is another fault.</summary>
    private const int RacesMax = 64;

    private readonly SafeFileHandle device;

    private LoopDevice(string path, SafeFileHandle device)
    {
        Path = path;
        this.device = device;
    }

    public string Path { get; }

    public static LoopDevice Over(string file)
    {
        using var backing = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        using var control = File.OpenHandle(ControlPath, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        for (var races = 0; ; races++)
        {
            var number = NumberCall(control, GetFree, 0);
            if (number < 0)
            {
                throw Kernel.Failure("find a free loop device");
            }

            var path = $"/dev/loop{number}";
            var device = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            var config = new Config { File = (uint)backing.DangerousGetHandle(), Flags = FreeItself };
            if (ConfigureCall(device, Configure, in config) == 0)
            {
                return new LoopDevice(path, device);
            }

            var failure = Kernel.Failure($"make {path} of {file}");
            device.Dispose();
            if (failure.NativeErrorCode != Kernel.Busy || races == RacesMax)
            {
                throw failure;
            }
        }
    }

    public void Dispose() => device.Dispose();

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int NumberCall(SafeFileHandle file, nuint request, nint argument);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int ConfigureCall(SafeFileHandle file, nuint request, in Config config);

    /// <summary>The kernel's struct loop_config: 304 bytes, of which all that is not named stays 0.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 304)]
    private struct Config
    {
        [FieldOffset(0)]
        public uint File;

        [FieldOffset(60)]
        public uint Flags;
    }
}
