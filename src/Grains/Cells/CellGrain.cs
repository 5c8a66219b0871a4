using System.Collections.Immutable;
using Granary.Core.Attempts;
using Granary.Core.Runtime;
using Granary.Grains.Contracts;

namespace Granary.Grains.Cells;

/// <summary>The address of a cell in the cluster: hands orders to the service that keeps its containers.</summary>
[ServedPlacement]
internal sealed class CellGrain(ICellAgent agent, CellServices services) : Grain, ICellGrain
{
    public Task Order(ImmutableArray<AttemptEffect> orders)
    {
        CheckServed();
        foreach (var order in orders)
        {
            agent.Order(order);
        }

        return Task.CompletedTask;
    }

    public Task<ImmutableArray<AttemptUsage>> Usage(ImmutableArray<AttemptKey> attempts)
    {
        CheckServed();
        return agent.Measure(attempts);
    }

    public Task<string> Server()
    {
        CheckServed();
        return Task.FromResult(services.Silo);
    }

    private void CheckServed()
    {
        var key = this.GetPrimaryKeyString();
        if (!agent.Serves(key))
        {
            DeactivateOnIdle();
            throw CellNotServedException.Of(key);
        }
    }
}
