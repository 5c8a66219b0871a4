using Granary.Core.Attempts;

namespace Granary.Core.Cells;

/// <summary>What to do with an attempt of which a cell meets a container or a note.</summary>
public enum Finding
{
    /// <summary>The row says that this attempt holds this cell: it is kept, and its end is told.</summary>
    Adopt,

    /// <summary>The row has moved past it, or holds another cell: it is stopped and removed.</summary>
    Discard,

    /// <summary>No row knows it yet: it is not touched, and the row is read again.</summary>
    Leave,
}

/// <summary>
/// Compares an attempt that a cell meets with the row of its task or instance, freshly read. A row that is behind, or missing, may come from a backup that is older than the
/// container, so it condemns nothing before the orphan age, and nothing at all while the cluster is on hold after a restore.
/// </summary>
public static class Comparison
{
    /// <param name="met">From the container's labels or the cell's notes.</param>
    /// <param name="row">The task or instance as its row says; null when there is no row.</param>
    /// <param name="unknownFor">How long the cell has known that no row knows the attempt.</param>
    /// <param name="orphanAge">After this time an attempt that no row knows is removed.</param>
    /// <param name="isOnHold">Whether the cluster is on hold after a restore.</param>
    public static Finding Of(AttemptKey met, CellId cell, WorkState? row, TimeSpan unknownFor, TimeSpan orphanAge, bool isOnHold) => row switch
    {
        null => unknownFor < orphanAge || isOnHold ? Finding.Leave : Finding.Discard,
        _ when row.Attempt < met.Number => unknownFor < orphanAge || isOnHold ? Finding.Leave : Finding.Discard,
        _ when row.IsHeldBy(met, cell) => Finding.Adopt,
        _ => isOnHold ? Finding.Leave : Finding.Discard, // The number rises in the write that leaves RUNNING for PENDING: a row that does not hold it never will again.
    };
}
