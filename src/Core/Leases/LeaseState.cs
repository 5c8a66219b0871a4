using System.Text.Json.Serialization;
using Granary.Core.Cells;

namespace Granary.Core.Leases;

public enum LeaseStanding
{
    /// <summary>Never taken.</summary>
    Absent,

    /// <summary>The cell may run attempts, as long as its warden renews.</summary>
    Held,

    /// <summary>Taken away while it was fresh, because nobody served the cell. Its attempts may still run.</summary>
    Revoked,

    /// <summary>Not renewed in time, as a judge saw. The proof that its attempts are gone.</summary>
    Lapsed,

    /// <summary>Its warden said that everything was stopped. The proof that its attempts are gone.</summary>
    Confirmed,
}

/// <summary>The row of a cell's lease, as everybody reads it. A fresh instance is a lease that was never taken.</summary>
public sealed record LeaseState
{
    public CellId Cell { get; init; }

    public LeaseStanding Standing { get; init; }

    /// <summary>Rises each time a warden takes the lease, so that the one before it can renew no more.</summary>
    public long Epoch { get; init; }

    /// <summary>The process that took the lease last; null before the first.</summary>
    public string? Holder { get; init; }

    /// <summary>Rises with each renewal, and never falls.</summary>
    public long Number { get; init; }

    /// <summary>The roster that the warden knew before it sent the newest renewal: whom it asks before it holds.</summary>
    public long RosterVersion { get; init; }

    /// <summary>Rises each time another silo takes the cell over.</summary>
    public long ServingEpoch { get; init; }

    /// <summary>The silo of the serving epoch; null before the first.</summary>
    public string? Server { get; init; }

    /// <summary>Rises each time the server says that it serves, and when the lease is taken after a stop: from there on the cell has its serving grace.</summary>
    public long Served { get; init; }

    /// <summary>The lapse was judged by somebody whom the warden did not know to ask: it may have been holding.</summary>
    public bool IsUnconfirmed { get; init; }

    /// <summary>Nothing that ran under this lease runs any more, but for the exceptions that docs/decisions/0006-a-lease-is-judged-by-who-answers-for-it.md names.</summary>
    [JsonIgnore]
    public bool ProvesTheEnd => EndEvidence is not null;

    /// <summary>That proof in words, for the stories of the tasks; null where there is none.</summary>
    [JsonIgnore]
    public string? EndEvidence => Standing switch
    {
        LeaseStanding.Lapsed => $"the lease of {Cell} lapsed{(IsUnconfirmed ? ", unconfirmed" : "")}",
        LeaseStanding.Confirmed => $"the lease of {Cell} was revoked and its warden confirmed the stop",
        _ => null,
    };
}
