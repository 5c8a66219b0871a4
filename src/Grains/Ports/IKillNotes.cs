using System.Collections.Immutable;
using Granary.Core.Attempts;

namespace Granary.Grains.Ports;

/// <summary>A kill of an attempt by the warden, noted durably on the host before the signal.</summary>
/// <param name="IsOutlived">The attempt was killed only after its lease had lapsed for others.</param>
public sealed record KillNote(AttemptKey Attempt, DateTimeOffset At, bool IsOutlived);

/// <summary>
/// The kills that a warden ordered on its host. Written by the warden or the silo that stands in for it, read by the silo that serves the cell; they
/// share nothing but the folder.
/// </summary>
public interface IKillNotes
{
    /// <summary>Notes a batch of kills; it is durable on return.</summary>
    Task Note(ImmutableArray<AttemptKey> attempts, DateTimeOffset at, bool isOutlived, CancellationToken cancellation);

    /// <summary>The note of an attempt as it is on the host now; of several the earliest, but one that outlived its lease before all. Null for none.</summary>
    KillNote? Of(AttemptKey attempt);

    /// <summary>The outcome of the attempt is acknowledged. Idempotent; not durable, since a note that comes back does no harm.</summary>
    void Forget(AttemptKey attempt);
}
