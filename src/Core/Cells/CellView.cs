using System.Text.Json.Serialization;

namespace Granary.Core.Cells;

/// <summary>What a cell says of itself: to placement each second and whenever something changes, and to people.</summary>
/// <param name="Total">Its whole capacity.</param>
/// <param name="Reserved">What its admitted attempts have reserved; the cell alone is the authority on it.</param>
/// <param name="Attempts">How many attempts it holds.</param>
/// <param name="EngineUp">Whether its engine answers, and nothing else is wrong with it.</param>
/// <param name="State">In words: "up", "draining", "drained", or what is wrong with it.</param>
/// <param name="Since">When that state began.</param>
/// <param name="Revision">Rises with each view a serving process makes, so that a late view never replaces a newer one.</param>
public sealed record CellView(
    CellId Id,
    string Engine,
    string Server,
    CellCapacity Total,
    CellCapacity Reserved,
    int Attempts,
    bool EngineUp,
    string State,
    DateTimeOffset Since,
    long Revision)
{
    public CellCapacity Free => Total - Reserved;

    /// <summary>What was ordered of it.</summary>
    public DrainState Drain { get; init; } = DrainState.Open;

    /// <summary>Of its lease; 0 where there is none.</summary>
    public long LeaseEpoch { get; init; }

    /// <summary>Rises each time another silo takes it over; 0 where nobody counts.</summary>
    public long ServingEpoch { get; init; }

    /// <summary>Its isolation segment; null for the shared one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Segment { get; init; }

    /// <summary>Whether it takes new attempts, as far as it has room.</summary>
    [JsonIgnore]
    public bool Takes => EngineUp && !Drain.TakesNothing;

    /// <summary>Why it takes nothing, in words that follow "takes nothing: "; null while it takes.</summary>
    [JsonIgnore]
    public string? WhyNot => !EngineUp ? State : Drain.TakesNothing ? $"it is {Drain.Word}" : null;
}
