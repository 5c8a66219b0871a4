using Orleans.Placement;
using Orleans.Runtime.Placement;

namespace Granary.Grains.Cells;

/// <summary>A grain of this kind lives on the silo that serves its cell, and nowhere else.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class ServedPlacementAttribute() : PlacementAttribute(ServedPlacement.Strategy);

/// <inheritdoc cref="ServedPlacementAttribute"/>
[GenerateSerializer]
internal sealed class ServedPlacement : PlacementStrategy
{
    public static readonly ServedPlacement Strategy = new();
}

/// <summary>
/// Nobody has to know who serves a cell: only the serving silo may bring the cell's grain to life, it calls it each second
/// (<see cref="CellClaim"/>), and from then on the grain directory leads everybody there.
/// </summary>
internal sealed class ServedPlacementDirector(ICellAgent agent, ILocalSiloDetails self) : IPlacementDirector
{
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context) =>
        agent.Serves(target.GrainIdentity.Key.ToString()!) ? Task.FromResult(self.SiloAddress) : throw CellNotServedException.Of(target.GrainIdentity.Key.ToString()!);
}

/// <summary>No silo serves the cell just now. The same call may succeed later.</summary>
[GenerateSerializer]
public sealed class CellNotServedException(string message) : OrleansException(message)
{
    internal static CellNotServedException Of(string key) => new($"{key} is not served just now. Try again.");
}
