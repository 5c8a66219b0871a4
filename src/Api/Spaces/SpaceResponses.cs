using Granary.Api.Lists;
using Granary.Api.Organizations;
using Granary.Api.Wire;
using Granary.Grains.Ports;

namespace Granary.Api.Spaces;

/// <param name="Quota">Its data are null when the space has none of its own.</param>
internal sealed record OfSpace(Reference Organization, OptionalReference Quota);

internal sealed record IncludedOrganizations(IReadOnlyList<OrganizationResponse> Organizations);

internal sealed record PageWithOrganizations(Pagination Pagination, IReadOnlyList<SpaceResponse> Resources, IncludedOrganizations Included);

/// <summary>A space as Cloud Foundry shows it.</summary>
internal sealed record SpaceResponse(string Guid, string Name, string CreatedAt, string UpdatedAt, OfSpace Relationships, ShownMetadata Metadata, Dictionary<string, Link> Links)
{
    public static SpaceResponse Of(Space space, Links links) => new(
        space.Guid.ToString("D"),
        space.Name,
        WireJson.Second(space.CreatedAt),
        WireJson.Second(space.UpdatedAt),
        new OfSpace(Reference.To(space.Organization), OptionalReference.To(space.Quota)),
        ShownMetadata.Of(space.Metadata),
        Linked(space, links));

    private static Dictionary<string, Link> Linked(Space space, Links links)
    {
        var all = new Dictionary<string, Link>
        {
            ["self"] = links.To($"/v3/spaces/{space.Guid:D}"),
            ["organization"] = links.To($"/v3/organizations/{space.Organization:D}"),
        };
        if (space.Quota is { } quota)
        {
            all["quota"] = links.To($"/v3/space_quotas/{quota:D}");
        }

        return all;
    }
}
