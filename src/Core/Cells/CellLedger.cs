using System.Collections.Immutable;
using Granary.Core.Attempts;

namespace Granary.Core.Cells;

/// <summary>
/// A cell's own account of memory and disk: it admits an attempt only if it fits. Pure; the cell is the only writer.
/// Invariant: <see cref="Reserved"/> is the sum of the entries and never exceeds <see cref="Total"/> by an admission
/// (adoption of what runs already is counted as it is).
/// </summary>
public sealed record CellLedger(CellCapacity Total, CellCapacity Reserved, ImmutableDictionary<AttemptKey, CellCapacity> Entries)
{
    public static CellLedger Of(CellCapacity total) => new(total, default, ImmutableDictionary<AttemptKey, CellCapacity>.Empty);

    public CellCapacity Free => Total - Reserved;

    /// <summary>The ledger with the attempt in it, or the reason why it does not fit. An attempt that is in it already fits.</summary>
    public (CellLedger Ledger, string? Reason) Admit(AttemptKey attempt, CellCapacity wanted)
    {
        if (Entries.ContainsKey(attempt))
        {
            return (this, null);
        }

        return Free.Holds(wanted) ? (Reserve(attempt, wanted), null) : (this, $"it has {Free} free, and {wanted} is needed");
    }

    /// <summary>Counts an attempt that is there already, whether or not it fits.</summary>
    public CellLedger Reserve(AttemptKey attempt, CellCapacity wanted) =>
        Entries.ContainsKey(attempt) ? this : this with { Reserved = Reserved + wanted, Entries = Entries.Add(attempt, wanted) };

    public CellLedger Release(AttemptKey attempt) =>
        Entries.TryGetValue(attempt, out var held) ? this with { Reserved = Reserved - held, Entries = Entries.Remove(attempt) } : this;
}
