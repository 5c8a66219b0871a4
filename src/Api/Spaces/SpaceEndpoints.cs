using Granary.Api.Access;
using Granary.Api.Errors;
using Granary.Api.Lists;
using Granary.Api.Organizations;
using Granary.Api.Wire;
using Granary.Core.Access;
using Granary.Core.Apps;
using Granary.Grains.Ports;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Granary.Api.Spaces;

/// <summary>Spaces: where apps are.</summary>
internal static class SpaceEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v3/spaces", List).AsksToken();
        routes.MapPost("/v3/spaces", Create).AsksToken();
        routes.MapGet("/v3/spaces/{guid}", Get).Asks(Right.SeeSpace, Thing.Space);
        routes.MapPatch("/v3/spaces/{guid}", Patch).Asks(Right.ManageSpace, Thing.Space);
        routes.MapDelete("/v3/spaces/{guid}", Delete).Asks(Right.DeleteSpace, Thing.Space);
    }

    /// <summary>The space, or 404.</summary>
    public static async Task<Space> GetSpace(this IDirectory directory, string guid, CancellationToken cancellation) =>
        await directory.FindSpace(Guids.Parse(guid, "Space"), cancellation) ?? throw new CfException(CfError.NotFound("Space"));

    private static async Task<IResult> List(HttpContext http, IDirectory directory)
    {
        var list = ListRequest.Read(http.Request, ListShape.Spaces);
        var links = new Links(http.Request);
        var found = (await http.SpacesWith(Right.SeeSpace, directory)).Where(each => list.Organizations?.Contains(each.Organization) != false);
        var page = SmallList.Of(found, each => new Listed(each.Guid, each.Name, each.CreatedAt, each.UpdatedAt, each.Metadata), list, http.Request, each => SpaceResponse.Of(each, links));
        return Reply.Ok(list.Includes("organization")
            ? new PageWithOrganizations(page.Pagination, page.Resources, new IncludedOrganizations(await Organizations(page.Resources, directory, links, http.RequestAborted)))
            : page);
    }

    /// <summary>Those of the spaces on a page.</summary>
    private static async Task<IReadOnlyList<OrganizationResponse>> Organizations(IReadOnlyList<SpaceResponse> spaces, IDirectory directory, Links links, CancellationToken cancellation)
    {
        var wanted = spaces.Select(each => each.Relationships.Organization.Data.Guid).ToHashSet();
        return [.. (await directory.Organizations(cancellation)).Where(each => wanted.Contains(each.Guid.ToString("D"))).Select(each => OrganizationResponse.Of(each, links))];
    }

    private static async Task<IResult> Create(HttpContext http, IDirectory directory, Places places, TimeProvider clock)
    {
        var request = SpaceRequest.Read(await http.Request.ReadBody());
        var place = await places.OfOrganization(request.Organization!, http.RequestAborted);
        if (place is null || !AccessRules.May(http.Visit().Caller, Right.SeeOrganization, place))
        {
            throw NoOrganization();
        }

        http.Demand(Right.ManageOrganization, place);
        var now = clock.GetUtcNow();
        var space = new Space(Guid.NewGuid(), place.Organization, request.Name!, request.Metadata.OnNothing, now, now);
        return await directory.Add(space, http.RequestAborted) switch
        {
            DirectoryOutcome.Taken => throw Taken(),
            DirectoryOutcome.NotFound => throw NoOrganization(),
            _ => Reply.Created(SpaceResponse.Of(space, new Links(http.Request))),
        };
    }

    private static async Task<IResult> Get(string guid, HttpContext http, IDirectory directory) =>
        Reply.Ok(SpaceResponse.Of(await directory.GetSpace(guid, http.RequestAborted), new Links(http.Request)));

    private static async Task<IResult> Patch(string guid, HttpContext http, IDirectory directory)
    {
        var space = await directory.GetSpace(guid, http.RequestAborted);
        var request = SpaceRequest.ReadChange(await http.Request.ReadBody());
        var changed = space with { Name = request.Name ?? space.Name, Metadata = MetadataRules.Merge(space.Metadata, request.Metadata.Labels, request.Metadata.Annotations) };
        return await directory.Change(changed, http.RequestAborted) switch
        {
            DirectoryOutcome.Taken => throw Taken(),
            DirectoryOutcome.NotFound => throw new CfException(CfError.NotFound("Space")),
            _ => Reply.Ok(SpaceResponse.Of(await directory.GetSpace(guid, http.RequestAborted), new Links(http.Request))),
        };
    }

    private static async Task<IResult> Delete(string guid, HttpContext http, IDirectory directory, SpaceRemoval removal)
    {
        var space = await directory.GetSpace(guid, http.RequestAborted);
        if (space.Guid == Home.Space)
        {
            throw new CfException(CfError.Unprocessable("The default space cannot be deleted."));
        }

        await removal.Remove([space.Guid], () => directory.RemoveSpace(space.Guid, http.RequestAborted), http.RequestAborted);
        return Results.Accepted();
    }

    private static CfException NoOrganization() => new(CfError.Unprocessable("Invalid organization. Ensure the organization exists and you have access to it."));

    private static CfException Taken() => new(CfError.Unprocessable("Name must be unique per organization"));
}
