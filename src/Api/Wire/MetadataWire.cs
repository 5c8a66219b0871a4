using System.Collections.Immutable;
using Granary.Core.Apps;

namespace Granary.Api.Wire;

/// <summary>Labels and annotations as they are shown.</summary>
internal sealed record ShownMetadata(ImmutableSortedDictionary<string, string> Labels, ImmutableSortedDictionary<string, string> Annotations)
{
    public static ShownMetadata Of(Metadata metadata) => new(metadata.Labels, metadata.Annotations);
}

/// <summary>A change of labels and annotations: null removes a key.</summary>
internal sealed record MetadataChange(ImmutableSortedDictionary<string, string?> Labels, ImmutableSortedDictionary<string, string?> Annotations)
{
    public static readonly MetadataChange None = new(ImmutableSortedDictionary<string, string?>.Empty, ImmutableSortedDictionary<string, string?>.Empty);

    public Metadata OnNothing => MetadataRules.Merge(Metadata.Empty, Labels, Annotations);
}
