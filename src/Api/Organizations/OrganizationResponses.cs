using Granary.Api.Wire;
using Granary.Grains.Ports;

namespace Granary.Api.Organizations;

/// <summary>An organization as Cloud Foundry shows it.</summary>
internal sealed record OrganizationResponse(string Guid, string Name, bool Suspended, string CreatedAt, string UpdatedAt, object Relationships, ShownMetadata Metadata, Dictionary<string, Link> Links)
{
    public static OrganizationResponse Of(Organization organization, Links links)
    {
        var self = $"/v3/organizations/{organization.Guid:D}";
        return new OrganizationResponse(
            organization.Guid.ToString("D"),
            organization.Name,
            organization.IsSuspended,
            WireJson.Second(organization.CreatedAt),
            WireJson.Second(organization.UpdatedAt),
            new { Quota = Reference.To(organization.Quota) },
            ShownMetadata.Of(organization.Metadata),
            new Dictionary<string, Link> { ["self"] = links.To(self), ["domains"] = links.To($"{self}/domains"), ["quota"] = links.To($"/v3/organization_quotas/{organization.Quota:D}") });
    }
}
