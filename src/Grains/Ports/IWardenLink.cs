using Granary.Core.Cells;
using Granary.Core.Leases;

namespace Granary.Grains.Ports;

/// <summary>
/// A silo's line to whoever enforces the lease of its cell on this host: the warden, or the silo itself while it stands in for one. What is heard comes as
/// <see cref="ServingEvent"/>s: <see cref="ServingEvent.LeaseTold"/>, <see cref="ServingEvent.WardenEnded"/>, <see cref="ServingEvent.Relieved"/>.
/// </summary>
public interface IWardenLink
{
    LeasePolicy Policy { get; }

    /// <summary>The monotonic clock that all processes of the host share.</summary>
    TimeSpan Now { get; }

    /// <summary>Whether a warden lives when this silo begins.</summary>
    bool HasWarden { get; }

    /// <summary>The epoch under which starts are let through on this host, as it stands there now: see <see cref="ServingMachine.MayStart"/>.</summary>
    long? Gate { get; }

    /// <summary>When the warden ends, and with it the cell on this host; null while nobody told it to, or none is heard.</summary>
    DateTimeOffset? EndsAt { get; }

    /// <summary>Listens until cancelled.</summary>
    Task Run(Action<ServingEvent> hear, CancellationToken cancellation);

    /// <summary>Tells the warden that this silo is well. Called several times a second by the loop that serves the cell, so that it falls silent with it.</summary>
    void Beat();

    /// <summary>Renews and enforces the lease in this process from here on.</summary>
    /// <param name="sentAt">When the last acknowledged renewal was sent; null if there was none.</param>
    void StandIn(TimeSpan? sentAt);

    /// <summary>SIGKILL to the warden, if there is one.</summary>
    void KillWarden();

    void StartWarden();
}
