using System.Collections.Immutable;

namespace Granary.Core.Access;

/// <summary>Who asks, and what they are. Read anew for every request, so that a role that was taken away counts at once.</summary>
/// <param name="Subject">A user's guid, or a client's id.</param>
/// <param name="Name">As people know them.</param>
public sealed record Caller(string Subject, string Name, Authority Authority, ImmutableArray<RoleGrant> Grants)
{
    /// <summary>Whoever reaches a server that asks for no tokens.</summary>
    public static readonly Caller Operator = new("operator", "operator", Authority.Admin, []);

    public bool IsAdmin => Authority == Authority.Admin;

    /// <summary>Every space in which the caller has a right; null for all that there are.</summary>
    /// <param name="spacesOf">The spaces of an organization.</param>
    public ImmutableHashSet<Guid>? Spaces(Right right, Func<Guid, IEnumerable<Guid>> spacesOf) => AccessRules.Gives(Authority, right)
        ? null
        : [.. Grants.Where(grant => AccessRules.Gives(grant.Role, right)).SelectMany(grant => grant.Space is { } space ? [space] : spacesOf(grant.Organization))];

    /// <summary>Every organization in which the caller has a right; null for all that there are.</summary>
    public ImmutableHashSet<Guid>? Organizations(Right right) => AccessRules.Gives(Authority, right)
        ? null
        : [.. Grants.Where(grant => AccessRules.Gives(grant.Role, right)).Select(grant => grant.Organization)];
}
