using Granary.Silo.Wardens;

namespace Granary.Warden.Tests;

/// <summary>The two kinds of control groups, as theory data.</summary>
public enum GroupKind
{
    Freezer,
    Unified,
}

internal static class GroupKindExtensions
{
    public static string Mount(this GroupKind kind) =>
        (kind == GroupKind.Freezer ? ControlGroupMounts.Read().Freezer : ControlGroupMounts.Read().Unified)
        ?? throw new InvalidOperationException($"This machine has no mount of the control groups {kind}, which this suite needs.");

    /// <param name="path">Below the mount.</param>
    /// <param name="shares">What holds the processors' shares of the group, which beside a mount of version 2 may be groups of version 1.</param>
    public static ICellGroup Open(this GroupKind kind, string path, CpuShare shares)
    {
        var group = new ControlGroup(kind.Mount() + path);
        return kind == GroupKind.Freezer ? new FreezerCellGroup(group, shares) : new UnifiedCellGroup(group, shares);
    }
}
