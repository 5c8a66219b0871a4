using System.Collections.Immutable;
using Granary.Core.Tasks;
using Granary.Grains.Contracts;

namespace Granary.Grains.Cells;

/// <summary>The address of a cell in the cluster: hands orders to the service that keeps its containers.</summary>
internal sealed class CellGrain(ICellAgent agent) : Grain, ICellGrain
{
    public Task Order(ImmutableArray<TaskEffect> orders)
    {
        if (this.GetPrimaryKeyString() != Keys.Cell(agent.Cell))
        {
            DeactivateOnIdle();
            throw new TimeoutException($"{this.GetPrimaryKeyString()} is not served here; {agent.Cell} is. Try again.");
        }

        foreach (var order in orders)
        {
            agent.Order(order);
        }

        return Task.CompletedTask;
    }
}
