namespace Granary.Core.Cells;

/// <summary>Says before a drain what it will make wait.</summary>
public static class DrainOutlook
{
    /// <summary>In words, what will wait because the other cells cannot take it; null when they can, as far as is known now.</summary>
    public static string? WhatWaits(CellId drained, IReadOnlyCollection<CellView> cells)
    {
        var cell = cells.FirstOrDefault(each => each.Id == drained);
        var others = cells.Where(each => each.Id != drained && each.Takes && (cell is null || CellSegment.AreSame(each.Segment, cell.Segment))).ToArray();
        if (others.Length == 0)
        {
            return $"No other cell{(cell?.Segment is null ? "" : $" of the {CellSegment.Words(cell.Segment)}")} takes anything: what is left on {drained} at the deadline, and everything submitted until then and after, waits for a cell.";
        }

        var free = others.Aggregate(new CellCapacity(0, 0), (sum, each) => sum + each.Free);
        return cell is not null && !free.Holds(cell.Reserved)
            ? $"The other cells have {free} free in all, and {cell.Reserved} is taken on {drained}: some of what is left at the deadline will wait."
            : null;
    }
}
