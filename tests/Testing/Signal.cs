using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Granary.Testing;

/// <summary>A signal by its number on Linux. It is sent without the command kill, which is not on every small machine.</summary>
public readonly partial record struct Signal(int Number)
{
    public static readonly Signal HangUp = new(1);
    public static readonly Signal Interrupt = new(2);
    public static readonly Signal Kill = new(9);
    public static readonly Signal Terminate = new(15);
    public static readonly Signal Continue = new(18);
    public static readonly Signal Stop = new(19);

    public void To(int pid)
    {
        if (Send(pid, Number) != 0)
        {
            throw new InvalidOperationException($"Process {pid} does not take signal {Number}.", new Win32Exception(Marshal.GetLastPInvokeError()));
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Send(int pid, int signal);
}
