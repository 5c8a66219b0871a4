using System.Runtime.InteropServices;

namespace Granary.Silo.Wardens;

/// <summary>
/// While it lasts its thread goes before all that is not urgent: on a machine under full load each of the hundreds of small steps of a kill would wait for its turn.
/// Without the right to it (CAP_SYS_NICE) the thread only takes longer.
/// </summary>
internal sealed partial class Urgency : IDisposable
{
    private const int Highest = -20;
    private const int OfProcess = 0;

    /// <summary>To the kernel a priority belongs to a thread, whatever the names say.</summary>
    private const int Caller = 0;

    private readonly int before = GetCall(OfProcess, Caller);

    public Urgency() => _ = SetCall(OfProcess, Caller, Highest);

    public void Dispose() => _ = SetCall(OfProcess, Caller, before);

    [LibraryImport("libc", EntryPoint = "getpriority")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetCall(int which, int who);

    [LibraryImport("libc", EntryPoint = "setpriority")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetCall(int which, int who, int priority);
}
