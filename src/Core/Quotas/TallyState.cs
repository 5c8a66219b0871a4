using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Granary.Core.Quotas;

/// <summary>The durable list of what the tasks and started apps of one organization take of its quotas. A fresh one counts nothing: nothing limits the organization.</summary>
public sealed record TallyState
{
    public Guid Organization { get; init; }

    /// <summary>By holder. A claim is made before its task or its app is written, and goes when a count finds that it is over.</summary>
    public ImmutableSortedDictionary<Guid, Claim> Claims { get; init; } = ImmutableSortedDictionary<Guid, Claim>.Empty;

    /// <summary>Of the limits under which it was counted.</summary>
    public int Version { get; init; }

    /// <summary>When it was first counted under these limits.</summary>
    public DateTimeOffset LimitedSince { get; init; }

    /// <summary>Null while nothing is counted.</summary>
    public DateTimeOffset? CountedAt { get; init; }

    /// <summary>How many claims the last count left.</summary>
    public int CountedClaims { get; init; }
}

/// <summary>What the rows say that one holder has.</summary>
/// <param name="Claim">Null when it has ended, or is stopped.</param>
/// <param name="AsOf">When its row was last changed, by its own clock.</param>
public sealed record Holding(Guid Holder, Claim? Claim, DateTimeOffset AsOf);

/// <summary>Something that happened to a tally.</summary>
[JsonDerivedType(typeof(Claimed), "claimed")]
public abstract record TallyEvent(DateTimeOffset At)
{
    /// <summary>A task or an app asks for its share.</summary>
    /// <param name="Found">What the rows say of the whole organization, and of every holder on the list that has a row; null when nobody has looked.</param>
    public sealed record Claimed(DateTimeOffset At, Claim Claim, Standing Standing, ImmutableArray<Holding>? Found = null) : TallyEvent(At);
}

/// <summary>An order that follows from a decision about a tally.</summary>
public abstract record TallyEffect
{
    /// <summary>Look what the rows say, and ask again with it.</summary>
    public sealed record Count : TallyEffect;
}
