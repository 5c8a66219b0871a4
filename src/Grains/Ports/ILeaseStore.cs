using System.Collections.Immutable;
using Granary.Core.Cells;
using Granary.Core.Leases;

namespace Granary.Grains.Ports;

/// <summary>The answer of a conditional write of a lease: carried out or not, this is the row and the roster now.</summary>
public sealed record LeaseAnswer(bool IsDone, LeaseState Lease, Roster Roster);

/// <summary>All leases and the roster, of one snapshot.</summary>
public sealed record LeaseReading(ImmutableArray<LeaseState> Leases, Roster Roster);

/// <summary>
/// The leases of all cells and the roster, in the database of the cluster. Every call ends within about 2 s, because whoever asks measures silence: then
/// nothing is known of a write, and what was sent may still be carried out.
/// </summary>
public interface ILeaseStore
{
    /// <summary>Lets <see cref="LeaseMachine"/> decide about the row as it is, and applies what it decides together with the roster. Durable on return, but for renewals and signs of serving.</summary>
    /// <exception cref="DatabaseUnavailableException">There was no answer.</exception>
    Task<LeaseAnswer> Write(CellId cell, LeaseEvent write, CancellationToken cancellation);

    /// <exception cref="DatabaseUnavailableException">There was no answer.</exception>
    Task<LeaseReading> Read(CancellationToken cancellation);

    /// <summary>The leases whose end is proved. Who moves attempts by that proof has read the tasks' rows before; see <see cref="LeaseMachine"/>.</summary>
    /// <exception cref="DatabaseUnavailableException">There was no answer.</exception>
    Task<IReadOnlyList<LeaseState>> Ended(CancellationToken cancellation);
}
