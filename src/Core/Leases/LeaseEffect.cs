using Granary.Core.Cells;

namespace Granary.Core.Leases;

/// <summary>What follows from a write of a lease's row. The roster changes in the same transaction.</summary>
public abstract record LeaseEffect
{
    private LeaseEffect()
    {
    }

    public sealed record JoinRoster(CellId Member) : LeaseEffect;

    public sealed record LeaveRoster(CellId Member) : LeaseEffect;

    /// <summary>Tell the tasks whose attempts the cell held. Who does it reads the rows before the lease; see <see cref="LeaseMachine"/>.</summary>
    public sealed record MoveAttempts(CellId Cell, string Evidence) : LeaseEffect;
}
