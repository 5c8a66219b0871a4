using Granary.Core.Access;

namespace Granary.Core.Tests.Access;

public sealed class AccessRulesTests
{
    private static readonly Guid Here = Guid.NewGuid();
    private static readonly Guid There = Guid.NewGuid();
    private static readonly Guid Space = Guid.NewGuid();
    private static readonly Guid Beside = Guid.NewGuid();

    [Theory]
    [InlineData(Role.OrganizationUser, "SeeOrganization")]
    [InlineData(Role.OrganizationAuditor, "SeeOrganization")]
    [InlineData(Role.OrganizationBillingManager, "SeeOrganization")]
    [InlineData(Role.OrganizationManager, "SeeOrganization ManageOrganization SeeSpace ManageSpace DeleteSpace SeeApps")]
    [InlineData(Role.SpaceAuditor, "SeeOrganization SeeSpace SeeApps")]
    [InlineData(Role.SpaceDeveloper, "SeeOrganization SeeSpace SeeApps SeeSecrets Develop Operate")]
    [InlineData(Role.SpaceManager, "SeeOrganization SeeSpace ManageSpace SeeApps")]
    [InlineData(Role.SpaceSupporter, "SeeOrganization SeeSpace SeeApps Operate")]
    public void A_role_gives_these_rights_in_its_place_and_none_elsewhere(Role role, string rights)
    {
        var caller = With(new RoleGrant(role, Here, AccessRules.IsOfSpace(role) ? Space : null));

        Assert.Equal(rights, string.Join(' ', Enum.GetValues<Right>().Where(right => AccessRules.May(caller, right, new Place(Here, Space)))));
        Assert.DoesNotContain(Enum.GetValues<Right>(), right => AccessRules.May(caller, right, new Place(There, Space)));
        Assert.Equal(AccessRules.IsOfSpace(role), !Enum.GetValues<Right>().Any(right => AccessRules.May(caller, right, new Place(Here, Beside))));
    }

    [Theory]
    [InlineData(Authority.None, "")]
    [InlineData(Authority.Auditor, "SeeOrganization SeeSpace SeeApps")]
    [InlineData(Authority.Reader, "SeeOrganization SeeSpace SeeApps SeeSecrets")]
    public void An_authority_gives_these_rights_everywhere(Authority authority, string rights) =>
        Assert.Equal(rights, string.Join(' ', Enum.GetValues<Right>().Where(right => AccessRules.May(With() with { Authority = authority }, right, new Place(There, Space)))));

    [Fact]
    public void An_admin_may_do_everything() => Assert.All(Enum.GetValues<Right>(), right => Assert.Equal(Verdict.Allowed, AccessRules.Judge(Caller.Operator, right, new Place(There, Space, IsSuspended: true))));

    [Theory]
    [InlineData(Role.OrganizationUser, Right.SeeApps, false, Verdict.Hidden)]
    [InlineData(Role.OrganizationUser, Right.Develop, false, Verdict.Hidden)]
    [InlineData(Role.SpaceAuditor, Right.Develop, false, Verdict.Forbidden)]
    [InlineData(Role.SpaceAuditor, Right.SeeSecrets, false, Verdict.Forbidden)]
    [InlineData(Role.SpaceAuditor, Right.SeeApps, true, Verdict.Allowed)]
    [InlineData(Role.SpaceDeveloper, Right.Develop, false, Verdict.Allowed)]
    [InlineData(Role.SpaceDeveloper, Right.SeeSecrets, true, Verdict.Allowed)]
    [InlineData(Role.SpaceDeveloper, Right.Develop, true, Verdict.Suspended)]
    [InlineData(Role.SpaceDeveloper, Right.Operate, true, Verdict.Suspended)]
    [InlineData(Role.SpaceAuditor, Right.Operate, true, Verdict.Forbidden)]
    public void What_is_not_seen_is_hidden_and_what_is_seen_may_be_forbidden(Role role, Right right, bool isSuspended, Verdict verdict) =>
        Assert.Equal(verdict, AccessRules.Judge(With(new RoleGrant(role, Here, AccessRules.IsOfSpace(role) ? Space : null)), right, new Place(Here, Space, isSuspended)));

    [Fact]
    public void Spaces_are_those_of_roles_in_them_and_all_of_a_managed_organization()
    {
        var caller = With(new RoleGrant(Role.OrganizationManager, Here, null), new RoleGrant(Role.SpaceAuditor, There, Beside), new RoleGrant(Role.OrganizationUser, There, null));

        Assert.Equal([Space, Beside], caller.Spaces(Right.SeeApps, organization => organization == Here ? [Space] : [Guid.NewGuid()])!.OrderBy(each => each == Beside));
        Assert.Equal(2, caller.Organizations(Right.SeeOrganization)!.Count);
        Assert.Equal([Here], caller.Organizations(Right.ManageOrganization)!);
        Assert.Null(Caller.Operator.Spaces(Right.SeeApps, _ => []));
    }

    private static Caller With(params RoleGrant[] grants) => new("somebody", "somebody", Authority.None, [.. grants]);
}
