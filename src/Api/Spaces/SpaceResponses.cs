using Granary.Api.Wire;
using Granary.Grains.Ports;

namespace Granary.Api.Spaces;

internal sealed record OfOrganization(Reference Organization);

/// <summary>A space as Cloud Foundry shows it.</summary>
internal sealed record SpaceResponse(string Guid, string Name, string CreatedAt, string UpdatedAt, OfOrganization Relationships, ShownMetadata Metadata, Dictionary<string, Link> Links)
{
    public static SpaceResponse Of(Space space, Links links) => new(
        space.Guid.ToString("D"),
        space.Name,
        WireJson.Second(space.CreatedAt),
        WireJson.Second(space.UpdatedAt),
        new OfOrganization(Reference.To(space.Organization)),
        ShownMetadata.Of(space.Metadata),
        new Dictionary<string, Link>
        {
            ["self"] = links.To($"/v3/spaces/{space.Guid:D}"),
            ["organization"] = links.To($"/v3/organizations/{space.Organization:D}"),
        });
}
