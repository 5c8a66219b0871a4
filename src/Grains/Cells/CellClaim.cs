using Granary.Grains.Contracts;

namespace Granary.Grains.Cells;

/// <summary>Another silo of the cluster serves a cell of this name from another folder. Nothing of it is touched.</summary>
public sealed class CellServedElsewhereException(string message) : Exception(message);

/// <summary>Keeps the cell's grain on this silo, by which everybody finds it.</summary>
internal sealed class CellClaim(ServedCell cell)
{
    /// <exception cref="CellServedElsewhereException">Another living silo serves a cell of this name.</exception>
    public async Task Make(CancellationToken cancellation)
    {
        var server = await cell.Services.Grains.GetGrain<ICellGrain>(Keys.Cell(cell.Id)).Server().WaitAsync(cancellation);
        if (server != cell.Services.Silo)
        {
            throw new CellServedElsewhereException(
                $"the cluster has another cell of this name, served by {server}: one name is one cell. Give this silo a cell of its own (--cell), or the folder of that one (--state).");
        }
    }
}
