using Granary.Api.Access;
using Granary.Api.Errors;
using Granary.Api.Features;
using Granary.Api.Lists;
using Granary.Api.Users;
using Granary.Api.Wire;
using Granary.Core.Access;
using Granary.Core.Apps;
using Granary.Grains.Ports;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Granary.Api.Roles;

/// <summary>Roles: what users and clients are in organizations and spaces.</summary>
internal static class RoleEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v3/roles", List).AsksToken();
        routes.MapPost("/v3/roles", Create).AsksToken();
        routes.MapGet("/v3/roles/{guid}", Get).AsksToken();
        routes.MapDelete("/v3/roles/{guid}", Delete).AsksToken();
    }

    private static async Task<IResult> List(HttpContext http, IDirectory directory, IAccountStore accounts)
    {
        var list = ListRequest.Read(http.Request, ListShape.Roles);
        var caller = http.Visit().Caller;
        var links = new Links(http.Request);
        Membership[] found =
        [
            .. (await directory.Roles(http.RequestAborted)).Where(each =>
                AccessRules.May(caller, Seeing(each.Grant), PlaceOf(each.Grant))
                && list.Types?.Contains(RoleWords.Of(each.Grant.Role)) != false
                && list.Users?.Contains(each.Subject) != false
                && (list.Spaces is null || (each.Grant.Space is { } space && list.Spaces.Value.Contains(space)))
                // A role in a space is not one in its organization.
                && (list.Organizations is null || (each.Grant.Space is null && list.Organizations.Value.Contains(each.Grant.Organization)))),
        ];
        var page = SmallList.Of(found, each => new Listed(each.Guid, "", each.CreatedAt, each.CreatedAt, Metadata.Empty), list, http.Request, each => RoleResponse.Of(each, links));
        return Reply.Ok(list.Includes("user")
            ? new PageWithUsers(page.Pagination, page.Resources, new IncludedUsers(await Users(page.Resources, accounts, links, http.RequestAborted)))
            : page);
    }

    private static async Task<IResult> Create(HttpContext http, IDirectory directory, IAccountStore accounts, Places places, FeatureGate gate, TimeProvider clock)
    {
        var request = RoleRequest.Read(await http.Request.ReadBody());
        var isOfSpace = AccessRules.IsOfSpace(request.Role);
        var place = await (isOfSpace ? places.OfSpace(request.Place, http.RequestAborted) : places.OfOrganization(request.Place, http.RequestAborted));
        if (place is null || !AccessRules.May(http.Visit().Caller, isOfSpace ? Right.SeeSpace : Right.SeeOrganization, place))
        {
            throw new CfException(CfError.Unprocessable(isOfSpace
                ? AppMachine.NoSpace
                : "Invalid organization. Ensure that the organization exists and you have access to it."));
        }

        http.Demand(isOfSpace ? Right.ManageSpace : Right.ManageOrganization, place);
        if (request.UserName is not null)
        {
            await gate.Demand(FeatureFlag.SetRolesByUsername, http);
        }

        var (subject, name) = await Subject(request, accounts, http.RequestAborted);
        var role = new Membership(Guid.NewGuid(), subject, new RoleGrant(request.Role, place.Organization, place.Space), clock.GetUtcNow());
        switch (await directory.Add(role, http.RequestAborted))
        {
            case DirectoryOutcome.NoMember:
                throw new CfException(CfError.Unprocessable("Users cannot be assigned roles in a space if they do not have a role in that space's organization."));
            case DirectoryOutcome.NotFound:
                throw new CfException(CfError.NotFound(isOfSpace ? "Space" : "Organization"));
            case DirectoryOutcome.Taken:
                throw new CfException(CfError.Unprocessable($"User '{name}' already has '{RoleWords.Of(request.Role)}' role in {await NameOf(place, directory, http.RequestAborted)}."));
            default:
                return Reply.Created(RoleResponse.Of(role, new Links(http.Request)));
        }
    }

    private static async Task<IResult> Get(string guid, HttpContext http, IDirectory directory) =>
        Reply.Ok(RoleResponse.Of(await Existing(guid, http, directory), new Links(http.Request)));

    private static async Task<IResult> Delete(string guid, HttpContext http, IDirectory directory, Places places)
    {
        var role = await Existing(guid, http, directory);
        var place = await places.OfOrganization(role.Grant.Organization.ToString("D"), http.RequestAborted) ?? throw new CfException(CfError.NotFound("Role"));
        http.Demand(role.Grant.Space is null ? Right.ManageOrganization : Right.ManageSpace, place with { Space = role.Grant.Space });
        return await directory.RemoveRole(role.Guid, http.RequestAborted) is DirectoryOutcome.NotEmpty
            ? throw new CfException(CfError.Unprocessable("Cannot delete organization_user role while user has roles in spaces in that organization."))
            : Results.Accepted();
    }

    /// <summary>What the caller may not see is not there.</summary>
    private static async Task<Membership> Existing(string guid, HttpContext http, IDirectory directory) =>
        await directory.FindRole(Guids.Parse(guid, "Role"), http.RequestAborted) is { } role && AccessRules.May(http.Visit().Caller, Seeing(role.Grant), PlaceOf(role.Grant))
            ? role
            : throw new CfException(CfError.NotFound("Role"));

    /// <summary>A user by guid or name, or a client by its id. Whoever gets a role is listed from then on.</summary>
    private static async Task<(string Subject, string Name)> Subject(RoleRequest request, IAccountStore accounts, CancellationToken cancellation)
    {
        var account = request.UserName is { } name ? await accounts.Find(name, cancellation)
            : Guid.TryParseExact(request.User, "D", out var guid) ? await accounts.Find(guid, cancellation) : null;
        if (account is not null)
        {
            if (!account.IsListed)
            {
                await accounts.SetListed(account.Guid, isListed: true, cancellation);
            }

            return (account.Guid.ToString("D"), account.Name);
        }

        return request.User is { } id && await accounts.FindClient(id, cancellation) is { } client ? (client.Id, client.Id)
            : throw new CfException(CfError.Unprocessable(request.UserName is null
                ? "Invalid user. Ensure that the user exists and you have access to it."
                : $"No user exists with the username '{request.UserName}' and origin 'uaa'."));
    }

    private static async Task<string> NameOf(Place place, IDirectory directory, CancellationToken cancellation) => place.Space is { } space
        ? $"space '{(await directory.FindSpace(space, cancellation))?.Name}'"
        : $"organization '{(await directory.FindOrganization(place.Organization, cancellation))?.Name}'";

    private static async Task<UserResponse[]> Users(IReadOnlyList<RoleResponse> roles, IAccountStore accounts, Links links, CancellationToken cancellation)
    {
        var named = roles.Select(role => role.Relationships.User.Data!.Guid).ToHashSet();
        var users = (await accounts.All(cancellation)).Where(each => named.Contains(each.Guid.ToString("D"))).Select(each => UserResponse.Of(each, links)).ToArray();
        return [.. users, .. named.Except(users.Select(each => each.Guid)).Select(client => UserResponse.OfClient(client, links))];
    }

    private static Right Seeing(RoleGrant grant) => grant.Space is null ? Right.SeeOrganization : Right.SeeSpace;

    private static Place PlaceOf(RoleGrant grant) => new(grant.Organization, grant.Space);
}
