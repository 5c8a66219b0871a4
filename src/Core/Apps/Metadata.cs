using System.Collections.Immutable;

namespace Granary.Core.Apps;

/// <summary>Labels (short, for selection) and annotations (long, for people) of a resource.</summary>
public sealed record Metadata(ImmutableSortedDictionary<string, string> Labels, ImmutableSortedDictionary<string, string> Annotations)
{
    public static readonly Metadata Empty = new(ImmutableSortedDictionary<string, string>.Empty, ImmutableSortedDictionary<string, string>.Empty);
}
