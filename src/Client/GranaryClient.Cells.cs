using Granary.Core;
using Granary.Core.Cells;
using Granary.Grains.Contracts;

namespace Granary.Client;

public sealed partial class GranaryClient
{
    /// <summary>The cell, with what is ordered of it now; null if the cluster has none of this name.</summary>
    public async Task<CellView?> FindCell(CellId cell, CancellationToken cancellation = default) =>
        (await Cells(cancellation)).FirstOrDefault(each => each.Id == cell) is { } found
            ? found with { Drain = await Call(() => DrainOf(cell).Get(), cancellation) }
            : null;

    /// <summary>The cell takes nothing new. What runs there may end until the deadline, and is then moved; the drain goes on without anybody waiting for it. Repeated, the newer deadline counts.</summary>
    /// <param name="deadline">Null for 10 minutes.</param>
    /// <returns>The cell, and in words what will wait because the other cells cannot take it; null when they can.</returns>
    public async Task<(CellView Cell, string? Waits)> Drain(CellId cell, TimeSpan? deadline = null, string? why = null, CancellationToken cancellation = default)
    {
        var cells = await Cells(cancellation);
        var found = cells.FirstOrDefault(each => each.Id == cell) ?? throw NoCell();
        var drain = await Ask(() => DrainOf(cell).Drain(deadline ?? DrainMachine.DeadlineDefault, why ?? "an operator drains it"), cancellation);
        return (found with { Drain = drain }, DrainOutlook.WhatWaits(cell, cells));
    }

    /// <summary>The cell takes what comes again; what was not stopped yet stays.</summary>
    public async Task<CellView> Uncordon(CellId cell, CancellationToken cancellation = default)
    {
        var found = (await Cells(cancellation)).FirstOrDefault(each => each.Id == cell) ?? throw NoCell();
        return found with { Drain = await Ask(() => DrainOf(cell).Uncordon(), cancellation) };
    }

    private IDrainGrain DrainOf(CellId cell) => grains.GetGrain<IDrainGrain>(Keys.Drain(cell));

    private static RefusedException NoCell() => new(new Refusal(RefusalReason.CellNotFound, "Cell not found"));
}
