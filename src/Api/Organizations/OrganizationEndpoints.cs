using Granary.Api.Access;
using Granary.Api.Errors;
using Granary.Api.Lists;
using Granary.Api.Spaces;
using Granary.Api.Wire;
using Granary.Core.Access;
using Granary.Core.Apps;
using Granary.Grains.Ports;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Granary.Api.Organizations;

/// <summary>Organizations: where spaces are.</summary>
internal static class OrganizationEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v3/organizations", List).AsksToken();
        routes.MapPost("/v3/organizations", Create).AsksToken();
        routes.MapGet("/v3/organizations/{guid}", Get).Asks(Right.SeeOrganization, Thing.Organization);
        routes.MapPatch("/v3/organizations/{guid}", Patch).Asks(Right.ManageOrganization, Thing.Organization);
        routes.MapDelete("/v3/organizations/{guid}", Delete).Asks(Right.DeleteOrganization, Thing.Organization);
        routes.MapGet("/v3/organizations/{guid}/domains", Domains).Asks(Right.SeeOrganization, Thing.Organization);
    }

    /// <summary>The organization, or 404.</summary>
    public static async Task<Organization> GetOrganization(this IDirectory directory, string guid, CancellationToken cancellation) =>
        await directory.FindOrganization(Guids.Parse(guid, "Organization"), cancellation) ?? throw new CfException(CfError.NotFound("Organization"));

    /// <summary>A list of organizations, of which the caller sees some.</summary>
    public static async Task<IResult> Shown(HttpContext http, IDirectory directory, Func<Organization, bool> among)
    {
        var list = ListRequest.Read(http.Request, ListShape.Organizations);
        var seen = http.Visit().Caller.Organizations(Right.SeeOrganization);
        var links = new Links(http.Request);
        var all = (await directory.Organizations(http.RequestAborted)).Where(each => seen?.Contains(each.Guid) != false && among(each));
        return Reply.Ok(SmallList.Of(all, each => new Listed(each.Guid, each.Name, each.CreatedAt, each.UpdatedAt, each.Metadata), list, http.Request, each => OrganizationResponse.Of(each, links)));
    }

    private static Task<IResult> List(HttpContext http, IDirectory directory) => Shown(http, directory, _ => true);

    /// <summary>A feature flag lets everybody make one, whose manager they are then.</summary>
    private static async Task<IResult> Create(HttpContext http, IDirectory directory, IFeatureFlags flags, TimeProvider clock)
    {
        var caller = http.Visit().Caller;
        if (!(await flags.Get(FeatureFlag.UserOrgCreation, http.RequestAborted)).Lets(caller))
        {
            throw new CfException(CfError.NotAuthorized());
        }

        var request = OrganizationRequest.Read(await http.Request.ReadBody());
        var now = clock.GetUtcNow();
        var organization = new Organization(Guid.NewGuid(), request.Name!, request.IsSuspended ?? false, request.Metadata.OnNothing, now, now);
        if (await directory.Add(organization, http.RequestAborted) is DirectoryOutcome.Taken)
        {
            throw Taken(request.Name!);
        }

        foreach (var role in caller.IsAdmin ? Array.Empty<Role>() : [Role.OrganizationUser, Role.OrganizationManager])
        {
            await directory.Add(new Membership(Guid.NewGuid(), caller.Subject, new RoleGrant(role, organization.Guid, null), now), http.RequestAborted);
        }

        return Reply.Created(OrganizationResponse.Of(organization, new Links(http.Request)));
    }

    private static async Task<IResult> Get(string guid, HttpContext http, IDirectory directory) =>
        Reply.Ok(OrganizationResponse.Of(await directory.GetOrganization(guid, http.RequestAborted), new Links(http.Request)));

    private static async Task<IResult> Patch(string guid, HttpContext http, IDirectory directory)
    {
        var organization = await directory.GetOrganization(guid, http.RequestAborted);
        var request = OrganizationRequest.ReadChange(await http.Request.ReadBody());
        if (request.IsSuspended is not null && !http.Visit().Caller.IsAdmin)
        {
            throw new CfException(CfError.NotAuthorized());
        }

        var changed = organization with
        {
            Name = request.Name ?? organization.Name,
            IsSuspended = request.IsSuspended ?? organization.IsSuspended,
            Metadata = MetadataRules.Merge(organization.Metadata, request.Metadata.Labels, request.Metadata.Annotations),
        };
        return await directory.Change(changed, http.RequestAborted) switch
        {
            DirectoryOutcome.Taken => throw Taken(changed.Name),
            DirectoryOutcome.NotFound => throw new CfException(CfError.NotFound("Organization")),
            _ => Reply.Ok(OrganizationResponse.Of(await directory.GetOrganization(guid, http.RequestAborted), new Links(http.Request))),
        };
    }

    private static async Task<IResult> Delete(string guid, HttpContext http, IDirectory directory, SpaceRemoval removal)
    {
        var organization = await directory.GetOrganization(guid, http.RequestAborted);
        if (organization.Guid == Home.Organization)
        {
            throw new CfException(CfError.Unprocessable("The default organization cannot be deleted."));
        }

        var spaces = (await directory.Spaces(http.RequestAborted)).Where(each => each.Organization == organization.Guid).Select(each => each.Guid);
        await removal.Remove([.. spaces], () => directory.RemoveOrganization(organization.Guid, http.RequestAborted), http.RequestAborted);
        return Results.Accepted();
    }

    private static async Task<IResult> Domains(string guid, HttpContext http, IDirectory directory)
    {
        _ = await directory.GetOrganization(guid, http.RequestAborted);
        return Reply.Ok(Page.Empty(http.Request));
    }

    private static CfException Taken(string name) => new(CfError.Unprocessable($"Organization '{name}' already exists."));
}
