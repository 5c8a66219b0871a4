using System.Collections.Immutable;
using Granary.Core.Cells;

namespace Granary.Core.Leases;

/// <summary>
/// Everyone who may judge a lease, by the cell whose warden it is, with the version in which each joined. Lies in the database; every change is a new version.
/// A member whose lease lapsed is no member any more, and joins anew when it takes its lease again.
/// </summary>
public sealed record Roster(long Version, ImmutableSortedDictionary<string, long> Members)
{
    public static readonly Roster Empty = new(0, ImmutableSortedDictionary.Create<string, long>(StringComparer.Ordinal));

    public Roster Join(CellId member) => Members.ContainsKey(member.Name) ? this : new Roster(Version + 1, Members.Add(member.Name, Version + 1));

    public Roster Leave(CellId member) => Members.ContainsKey(member.Name) ? new Roster(Version + 1, Members.Remove(member.Name)) : this;

    public bool Has(CellId member) => Members.ContainsKey(member.Name);

    /// <summary>Whether it is a member now and was one without a break since that version: whoever knew the version knew to ask it.</summary>
    public bool HasSince(CellId member, long version) => Members.TryGetValue(member.Name, out var joined) && joined <= version;

    public IEnumerable<CellId> Others(CellId member) => Members.Keys.Where(each => each != member.Name).Select(each => new CellId(each));
}
