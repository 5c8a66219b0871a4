using System.Runtime.InteropServices;

namespace Granary.Silo.Wardens;

/// <summary>
/// While it lasts its thread goes before all that is not urgent: on a machine under full load each of the hundreds of small steps of a kill would wait for its turn. It is scheduled in
/// real time, since a nice value counts only within a group of the kernel's, and other services and sessions are groups of their own. Where that is not to be had, the nice value is
/// what can be done, and without the right to it (CAP_SYS_NICE) the thread only takes longer.
/// </summary>
internal sealed partial class Urgency : IDisposable
{
    private const int Highest = -20;
    private const int OfProcess = 0;

    /// <summary>SCHED_RR. The thread sleeps while it waits for what it kills, so that one core is enough for both.</summary>
    private const int RoundRobin = 2;

    /// <summary>SCHED_RESET_ON_FORK: no thread that begins meanwhile inherits it.</summary>
    private const int NotInherited = 0x40000000;

    /// <summary>To the kernel a priority belongs to a thread, whatever the names say.</summary>
    private const int Caller = 0;

    private readonly int nice = GetPriority(OfProcess, Caller);
    private readonly int policy = GetScheduler(Caller);

    public Urgency()
    {
        if (!IsUrgentAlready && SetScheduler(Caller, RoundRobin | NotInherited, new Parameters(1)) != 0)
        {
            _ = SetPriority(OfProcess, Caller, Highest);
        }
    }

    /// <summary>Within another one.</summary>
    private bool IsUrgentAlready => (policy & ~NotInherited) == RoundRobin;

    public void Dispose()
    {
        if (!IsUrgentAlready)
        {
            _ = SetScheduler(Caller, policy, new Parameters(0));
            _ = SetPriority(OfProcess, Caller, nice);
        }
    }

    [LibraryImport("libc", EntryPoint = "getpriority")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetPriority(int which, int who);

    [LibraryImport("libc", EntryPoint = "setpriority")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetPriority(int which, int who, int priority);

    [LibraryImport("libc", EntryPoint = "sched_getscheduler")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetScheduler(int thread);

    [LibraryImport("libc", EntryPoint = "sched_setscheduler")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetScheduler(int thread, int policy, in Parameters parameters);

    /// <summary>The kernel's sched_param.</summary>
    private readonly record struct Parameters(int Priority);
}
