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

    public static ICellGroup Open(this GroupKind kind, string folder) =>
        kind == GroupKind.Freezer ? new FreezerCellGroup(new ControlGroup(folder)) : new UnifiedCellGroup(new ControlGroup(folder));
}
