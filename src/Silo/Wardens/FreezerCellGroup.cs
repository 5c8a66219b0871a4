using System.Globalization;
using Granary.Silo.Docker;

namespace Granary.Silo.Wardens;

/// <summary>
/// A cell's group in the freezer of version 1. There a killed process ends only once it runs again, and to thaw the group would let a start in flight run as
/// well. So what was killed is moved beside the group into a grave, which is never frozen: it ends there at once.
/// </summary>
internal sealed class FreezerCellGroup(ControlGroup group, CpuShare share) : CellGroup(group, share)
{
    private const string Processes = "cgroup.procs";

    private readonly ControlGroup grave = new($"{group.Path}.grave");

    /// <summary>Also while the kernel is at it, and also if the group above is what is frozen.</summary>
    public override bool IsFrozen => Group.Read("freezer.state")?.TrimEnd() is "FROZEN" or "FREEZING";

    protected override bool IsSettled => Group.Read("freezer.state")?.TrimEnd() == "FROZEN";

    protected override void Order(bool frozen)
    {
        if (!Group.Write("freezer.state", frozen ? "FROZEN" : "THAWED"))
        {
            throw new IOException($"{Group.Path} cannot be {(frozen ? "frozen" : "thawed")}: it has no freezer.state.");
        }
    }

    protected override void End(Container container)
    {
        Directory.CreateDirectory(grave.Path);
        Signal(container);
        foreach (var pid in container.Processes)
        {
            Bury(pid);
        }
    }

    protected override IEnumerable<int> Ending() => grave.Processes();

    protected override void Tidy()
    {
        try
        {
            grave.Remove();
        }
        catch (IOException full) when (full.HResult == Kernel.Busy)
        {
            // Somebody is still dying in it: the next one tidies it up.
        }
    }

    private void Bury(int pid)
    {
        try
        {
            grave.Write(Processes, pid.ToString(CultureInfo.InvariantCulture));
        }
        catch (IOException gone) when (gone.HResult == ProcFile.NoSuchProcess)
        {
            // It was not frozen yet when it was killed, and has ended.
        }
    }
}
