using System.Runtime.InteropServices;
using Granary.Silo.Docker;
using Microsoft.Win32.SafeHandles;

namespace Granary.Silo.Wardens;

/// <summary>A process that is held by more than its id, which the kernel gives to another once the process is gone.</summary>
internal sealed partial class ProcessHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    public const int Sigkill = 9;
    public const int Sigterm = 15;

    // The numbers of these calls are the same on every kind of machine; the C library has names for them only since 2.36.
    private const long SendSignal = 424;
    private const long OpenProcess = 434;

    private ProcessHandle(nint descriptor)
        : base(ownsHandle: true) => SetHandle(descriptor);

    /// <summary>Null if there is no such process.</summary>
    public static ProcessHandle? Open(int pid)
    {
        var descriptor = OpenCall(OpenProcess, pid, 0);
        if (descriptor >= 0)
        {
            return new ProcessHandle((nint)descriptor);
        }

        // An id that only names a thread of a process is invalid.
        return Marshal.GetLastPInvokeError() is ProcFile.NoSuchProcess or Kernel.Invalid ? null : throw Kernel.Failure($"hold process {pid}");
    }

    /// <summary>False if it has ended.</summary>
    public bool Signal(int signal)
    {
        if (SignalCall(SendSignal, this, signal, 0, 0) == 0)
        {
            return true;
        }

        return Marshal.GetLastPInvokeError() == ProcFile.NoSuchProcess ? false : throw Kernel.Failure("signal a process");
    }

    protected override bool ReleaseHandle() => CloseCall((int)handle) == 0;

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial long OpenCall(long number, long pid, long flags);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial long SignalCall(long number, ProcessHandle process, long signal, nint details, long flags);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int CloseCall(int descriptor);
}
