namespace Granary.Core.Cells;

/// <summary>What a cell says of itself: to placement each second and whenever something changes, and to people.</summary>
/// <param name="Total">Its whole capacity.</param>
/// <param name="Reserved">What its admitted attempts have reserved; the cell alone is the authority on it.</param>
/// <param name="Attempts">How many attempts it holds.</param>
/// <param name="EngineUp">Whether its engine answers.</param>
/// <param name="State">In words: "up", or why it takes nothing.</param>
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
}
