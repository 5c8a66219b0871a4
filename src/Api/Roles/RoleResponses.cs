using Granary.Api.Lists;
using Granary.Api.Users;
using Granary.Api.Wire;
using Granary.Grains.Ports;

namespace Granary.Api.Roles;

/// <param name="Data">Null where there is none.</param>
internal sealed record Relation(ResourceGuid? Data)
{
    public static Relation To(Guid? guid) => new(guid is { } known ? new ResourceGuid(known.ToString("D")) : null);
}

internal sealed record OfRole(Relation User, Relation Organization, Relation Space);

internal sealed record IncludedUsers(IReadOnlyList<UserResponse> Users);

internal sealed record PageWithUsers(Pagination Pagination, IReadOnlyList<RoleResponse> Resources, IncludedUsers Included);

/// <summary>A role as Cloud Foundry shows it. One in a space names no organization.</summary>
internal sealed record RoleResponse(string Guid, string Type, string CreatedAt, string UpdatedAt, OfRole Relationships, Dictionary<string, Link> Links)
{
    public static RoleResponse Of(Membership role, Links links)
    {
        var (grant, created) = (role.Grant, WireJson.Second(role.CreatedAt));
        return new RoleResponse(
            role.Guid.ToString("D"),
            RoleWords.Of(grant.Role),
            created,
            created,
            new OfRole(new Relation(new ResourceGuid(role.Subject)), Relation.To(grant.Space is null ? grant.Organization : null), Relation.To(grant.Space)),
            new Dictionary<string, Link>
            {
                ["self"] = links.To($"/v3/roles/{role.Guid:D}"),
                ["user"] = links.To($"/v3/users/{role.Subject}"),
                [grant.Space is null ? "organization" : "space"] = links.To(grant.Space is { } space ? $"/v3/spaces/{space:D}" : $"/v3/organizations/{grant.Organization:D}"),
            });
    }
}
