using Granary.Core.Apps;
using Granary.Core.Cells;
using Granary.Grains.Ports;

namespace Granary.Grains;

/// <summary>Which cell each instance holds, so that those of one process are spread. A memory of the rows; what it misses costs only a less even spread.</summary>
internal sealed class InstancesOnCells
{
    private readonly Dictionary<Guid, (ProcessKey Process, CellId Cell)> byInstance = [];
    private readonly Dictionary<CellId, Dictionary<ProcessKey, int>> counts = [];

    public void Put(Guid instance, ProcessKey process, CellId cell)
    {
        Remove(instance);
        byInstance[instance] = (process, cell);
        Count(cell, process, +1);
    }

    public void Remove(Guid instance)
    {
        if (byInstance.Remove(instance, out var was))
        {
            Count(was.Cell, was.Process, -1);
        }
    }

    public void Replace(IEnumerable<HeldCell> rows)
    {
        byInstance.Clear();
        counts.Clear();
        foreach (var row in rows)
        {
            Put(row.Instance, row.Process, row.Cell);
        }
    }

    /// <summary>How many instances of each process hold a cell; null for none of any.</summary>
    public IReadOnlyDictionary<ProcessKey, int>? On(CellId cell) => counts.GetValueOrDefault(cell);

    private void Count(CellId cell, ProcessKey process, int by)
    {
        if (!counts.TryGetValue(cell, out var on))
        {
            counts[cell] = on = [];
        }

        on[process] = on.GetValueOrDefault(process) + by;
        if (on[process] == 0)
        {
            on.Remove(process);
        }
    }
}
