using System.Collections.Immutable;
using Granary.Core.Attempts;

namespace Granary.Silo.Wardens;

/// <summary>
/// All containers of a cell as one thing of the kernel: they share a control group, and are frozen and killed by it without the engine.
/// A process that a start in flight puts into the frozen group never runs.
/// </summary>
internal interface ICellGroup
{
    /// <summary>
    /// Orders the group to be frozen, and makes it if it is missing. Returns when the kernel says that it is, or after a short while without that: a process that waits
    /// for a device freezes only after that wait. What matters is that killing follows. Idempotent.
    /// </summary>
    Task Freeze(CancellationToken cancellation);

    /// <summary>Those with a live process.</summary>
    ImmutableArray<AttemptKey> Attempts();

    /// <summary>
    /// Kills the processes of the noted attempts, and those of containers that hold no attempt, such as one that is only being started. To be called while frozen; the group stays so.
    /// Returns the attempts that have a live process afterwards: those not noted, which stay frozen, and those that the kernel could not end yet.
    /// </summary>
    ImmutableArray<AttemptKey> Kill(IReadOnlyCollection<AttemptKey> noted);

    void Thaw();

    /// <summary>It was ordered to be frozen, by whatever process.</summary>
    bool IsFrozen { get; }

    /// <summary>No process lives in it, killed or not.</summary>
    bool IsEmpty { get; }
}
