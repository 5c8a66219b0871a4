using static Granary.Core.Access.Right;
using static Granary.Core.Access.Role;

namespace Granary.Core.Access;

/// <summary>What a request needs in the place that it is about.</summary>
public enum Right
{
    SeeOrganization,

    /// <summary>Its name, its spaces, its members.</summary>
    ManageOrganization,

    DeleteOrganization,

    SeeSpace,

    /// <summary>Its name and its members.</summary>
    ManageSpace,

    DeleteSpace,

    SeeApps,

    /// <summary>Commands and environments.</summary>
    SeeSecrets,

    /// <summary>Makes, changes and deletes apps, and runs tasks.</summary>
    Develop,

    /// <summary>Starts, stops and scales what there is, and cancels tasks.</summary>
    Operate,
}

/// <summary>What a request is answered with.</summary>
public enum Verdict
{
    Allowed,

    /// <summary>As if there were no such thing.</summary>
    Hidden,

    Forbidden,

    /// <summary>The organization is suspended, and the caller is no admin.</summary>
    Suspended,
}

/// <summary>Who may do what (Cloud Foundry, section 1.1): one table of roles, one of authorities, and what follows from them.</summary>
public static class AccessRules
{
    public static Verdict Judge(Caller caller, Right right, Place place) =>
        !May(caller, Sight(right), place) ? Verdict.Hidden
        : !May(caller, right, place) ? Verdict.Forbidden
        : place.IsSuspended && IsChange(right) && !caller.IsAdmin ? Verdict.Suspended
        : Verdict.Allowed;

    public static bool May(Caller caller, Right right, Place place) =>
        Gives(caller.Authority, right) || caller.Grants.Any(grant => Gives(grant.Role, right) && Covers(grant, place));

    public static bool Gives(Role role, Right right) => role switch
    {
        OrganizationUser or OrganizationAuditor or OrganizationBillingManager => right is SeeOrganization,
        OrganizationManager => right is SeeOrganization or ManageOrganization or SeeSpace or ManageSpace or DeleteSpace or SeeApps,
        SpaceAuditor => right is SeeOrganization or SeeSpace or SeeApps,
        SpaceDeveloper => right is SeeOrganization or SeeSpace or SeeApps or SeeSecrets or Develop or Operate,
        SpaceManager => right is SeeOrganization or SeeSpace or ManageSpace or SeeApps,
        SpaceSupporter => right is SeeOrganization or SeeSpace or SeeApps or Operate,
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, "No such role."),
    };

    public static bool Gives(Authority authority, Right right) => authority switch
    {
        Authority.None => false,
        Authority.Auditor => right is SeeOrganization or SeeSpace or SeeApps,
        Authority.Reader => right is SeeOrganization or SeeSpace or SeeApps or SeeSecrets,
        Authority.Admin => true,
        _ => throw new ArgumentOutOfRangeException(nameof(authority), authority, "No such authority."),
    };

    public static bool IsOfSpace(Role role) => role >= SpaceAuditor;

    /// <summary>A role of a space says of the organization around it only that it is there.</summary>
    private static bool Covers(RoleGrant grant, Place place) =>
        grant.Organization == place.Organization && (grant.Space is null || place.Space is null || grant.Space == place.Space);

    /// <summary>Without this right the thing is not there.</summary>
    private static Right Sight(Right right) => right switch
    {
        SeeOrganization or ManageOrganization or DeleteOrganization => SeeOrganization,
        SeeSpace or ManageSpace or DeleteSpace => SeeSpace,
        _ => SeeApps,
    };

    private static bool IsChange(Right right) => right is ManageOrganization or ManageSpace or DeleteSpace or Develop or Operate;
}
