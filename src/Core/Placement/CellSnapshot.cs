using Granary.Core.Apps;
using Granary.Core.Cells;

namespace Granary.Core.Placement;

/// <summary>What placement knows of a cell at the moment of choosing. It may be old: the cell itself has the last word.</summary>
/// <param name="Free">May be negative in either part when a cell adopted more than it may hold.</param>
/// <param name="Takes">Whether it takes new attempts at all.</param>
/// <param name="WhyNot">Why it takes nothing, in words that follow "takes nothing: "; null while it takes.</param>
/// <param name="Instances">How many instances of each process hold it; null for none of any.</param>
/// <param name="Segment">Its isolation segment; null for the shared one.</param>
public sealed record CellSnapshot(CellId Id, CellCapacity Total, CellCapacity Free, bool Takes = true, string? WhyNot = null, IReadOnlyDictionary<ProcessKey, int>? Instances = null, string? Segment = null)
{
    /// <summary>Whether it is of the isolation segment that is asked for.</summary>
    public bool Serves(string? segment) => CellSegment.AreSame(Segment, segment);
}
