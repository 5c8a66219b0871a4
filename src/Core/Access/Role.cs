namespace Granary.Core.Access;

/// <summary>What a user or a client is in one organization or space (Cloud Foundry's roles).</summary>
public enum Role
{
    OrganizationUser,
    OrganizationAuditor,
    OrganizationBillingManager,
    OrganizationManager,
    SpaceAuditor,
    SpaceDeveloper,
    SpaceManager,
    SpaceSupporter,
}

/// <summary>What a user or a client is everywhere. A higher one includes those before it.</summary>
public enum Authority
{
    None,

    /// <summary>Sees everything but secrets.</summary>
    Auditor,

    /// <summary>Sees everything.</summary>
    Reader,

    Admin,
}

/// <summary>One role that somebody has. A role in a space names the space's organization too.</summary>
public sealed record RoleGrant(Role Role, Guid Organization, Guid? Space);

/// <summary>Where a thing is.</summary>
/// <param name="Space">Null for an organization itself.</param>
/// <param name="IsSuspended">Said of the organization: then only admins change anything in it.</param>
public sealed record Place(Guid Organization, Guid? Space, bool IsSuspended = false);
