using Granary.Api.Wire;
using Granary.Core.Access;

namespace Granary.Api.Roles;

/// <summary>The names of roles on the wire.</summary>
internal static class RoleWords
{
    public static readonly (string Word, Role Role)[] All =
    [
        ("organization_user", Role.OrganizationUser),
        ("organization_auditor", Role.OrganizationAuditor),
        ("organization_manager", Role.OrganizationManager),
        ("organization_billing_manager", Role.OrganizationBillingManager),
        ("space_auditor", Role.SpaceAuditor),
        ("space_developer", Role.SpaceDeveloper),
        ("space_manager", Role.SpaceManager),
        ("space_supporter", Role.SpaceSupporter),
    ];

    public static string Of(Role role) => All.Single(each => each.Role == role).Word;
}

/// <summary>The body of a create.</summary>
/// <param name="Place">The guid of the space or the organization, as it was written.</param>
/// <param name="User">A user's guid or a client's id; null when there is a name.</param>
internal sealed record RoleRequest(Role Role, string Place, string? User, string? UserName)
{
    public static RoleRequest Read(Body body)
    {
        var role = body.Word("type", RoleWords.All);
        if (role is null && body.Value("type") is null)
        {
            body.Fault($"Type must be one of the allowed types {string.Join(", ", RoleWords.All.Select(each => each.Word))}");
        }

        var relationships = body.Object("relationships");
        var user = relationships?.Object("user")?.Object("data");
        var (guid, name) = (user?.Text("guid"), user?.Text("username"));
        user?.Ignore("origin");
        if (string.IsNullOrEmpty(guid) == string.IsNullOrEmpty(name))
        {
            body.Fault("User guid or username must be given, and not both");
        }

        var place = role is { } known ? relationships?.Related(AccessRules.IsOfSpace(known) ? "space" : "organization") : null;
        if (relationships is null)
        {
            body.Fault("Relationships must be an object");
        }

        body.ThrowIfFaulty();
        return new RoleRequest(role!.Value, place!, guid, name);
    }
}
