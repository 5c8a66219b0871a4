namespace Granary.Silo.Wardens;

/// <summary>A cell's group in the control groups of version 2, where a frozen process can be killed, and a group as a whole.</summary>
internal sealed class UnifiedCellGroup(ControlGroup group, CpuShare share) : CellGroup(group, share)
{
    public override bool IsFrozen => Group.Read("cgroup.freeze")?.TrimEnd() == "1";

    protected override bool IsSettled => Group.Read("cgroup.events")?.Contains("frozen 1", StringComparison.Ordinal) == true;

    protected override void Order(bool frozen)
    {
        if (!Group.Write("cgroup.freeze", frozen ? "1" : "0"))
        {
            throw new IOException($"{Group.Path} cannot be frozen: it has no cgroup.freeze. Linux has it since 5.2.");
        }
    }

    /// <summary>The kernel kills a group with all that is born in it meanwhile; what lies in the cell's group itself is killed one by one.</summary>
    protected override void End(Container container)
    {
        if (container.Group == Group || !container.Group.Write("cgroup.kill", "1"))
        {
            Signal(container);
        }
    }

    protected override IEnumerable<int> Ending() => Group.AllProcesses().Intersect(Condemned);
}
