using Granary.Api.Wire;
using Granary.Grains.Ports;

namespace Granary.Api.IsolationSegments;

/// <summary>An isolation segment as Cloud Foundry shows it.</summary>
internal sealed record IsolationSegmentResponse(string Guid, string Name, string CreatedAt, string UpdatedAt, ShownMetadata Metadata, Dictionary<string, Link> Links)
{
    public static IsolationSegmentResponse Of(IsolationSegment segment, Links links)
    {
        var self = PathOf(segment.Guid);
        return new IsolationSegmentResponse(
            segment.Guid.ToString("D"),
            segment.Name,
            WireJson.Second(segment.CreatedAt),
            WireJson.Second(segment.UpdatedAt),
            ShownMetadata.Of(segment.Metadata),
            new Dictionary<string, Link> { ["self"] = links.To(self), ["organizations"] = links.To($"{self}/organizations") });
    }

    public static string PathOf(Guid segment) => $"/v3/isolation_segments/{segment:D}";
}

/// <summary>Which isolation segment an organization or a space has of its own.</summary>
internal sealed record RelatedSegmentResponse(ResourceGuid? Data, Dictionary<string, Link> Links)
{
    /// <param name="self">The path of the relationship.</param>
    public static RelatedSegmentResponse Of(Guid? segment, string self, Links links)
    {
        var shown = new Dictionary<string, Link> { ["self"] = links.To(self) };
        if (segment is { } guid)
        {
            shown["related"] = links.To(IsolationSegmentResponse.PathOf(guid));
        }

        return new RelatedSegmentResponse(OptionalReference.To(segment).Data, shown);
    }
}
