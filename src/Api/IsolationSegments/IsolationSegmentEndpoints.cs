using Granary.Api.Access;
using Granary.Api.Errors;
using Granary.Api.Lists;
using Granary.Api.Organizations;
using Granary.Api.Spaces;
using Granary.Api.Wire;
using Granary.Core.Access;
using Granary.Core.Apps;
using Granary.Grains.Ports;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Granary.Api.IsolationSegments;

/// <summary>Groups of cells for certain spaces. Admins make them and say which organizations may use them; whoever sees such an organization may look.</summary>
internal static class IsolationSegmentEndpoints
{
    private const string Resource = "Isolation segment";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v3/isolation_segments", List).AsksToken();
        routes.MapPost("/v3/isolation_segments", Create).Asks(Authority.Admin);
        routes.MapGet("/v3/isolation_segments/{guid}", Get).AsksToken();
        routes.MapPatch("/v3/isolation_segments/{guid}", Patch).Asks(Authority.Admin);
        routes.MapDelete("/v3/isolation_segments/{guid}", Delete).Asks(Authority.Admin);
        routes.MapGet("/v3/isolation_segments/{guid}/organizations", OrganizationsOf).AsksToken();
        routes.MapGet("/v3/isolation_segments/{guid}/relationships/organizations", RelatedOrganizations).AsksToken();
        routes.MapGet("/v3/isolation_segments/{guid}/relationships/spaces", RelatedSpaces).AsksToken();
        routes.MapPost("/v3/isolation_segments/{guid}/relationships/organizations", Entitle).Asks(Authority.Admin);
        routes.MapDelete("/v3/isolation_segments/{guid}/relationships/organizations/{organization}", Revoke).Asks(Authority.Admin);
        routes.MapGet("/v3/organizations/{guid}/relationships/default_isolation_segment", OfOrganization).Asks(Right.SeeOrganization, Thing.Organization);
        routes.MapPatch("/v3/organizations/{guid}/relationships/default_isolation_segment", SetDefault).Asks(Right.ManageOrganization, Thing.Organization);
        routes.MapGet("/v3/spaces/{guid}/relationships/isolation_segment", OfSpace).Asks(Right.SeeSpace, Thing.Space);
        // Cloud Foundry asks for a manager of the organization; one of the space is not enough.
        routes.MapPatch("/v3/spaces/{guid}/relationships/isolation_segment", Assign).Asks(Right.DeleteSpace, Thing.Space);
    }

    private static async Task<IResult> List(HttpContext http, IIsolationSegments segments)
    {
        var list = ListRequest.Read(http.Request, ListShape.IsolationSegments);
        var links = new Links(http.Request);
        var found = (await segments.All(http.RequestAborted)).Where(each => IsSeen(each, http) && (list.Organizations is not { } wanted || Seen(each, http).Any(wanted.Contains)));
        return Reply.Ok(SmallList.Of(found, each => new Listed(each.Guid, each.Name, each.CreatedAt, each.UpdatedAt, each.Metadata), list, http.Request, each => IsolationSegmentResponse.Of(each, links)));
    }

    private static async Task<IResult> Create(HttpContext http, IIsolationSegments segments, TimeProvider clock)
    {
        var request = IsolationSegmentRequest.Read(await http.Request.ReadBody());
        var now = clock.GetUtcNow();
        var segment = new IsolationSegment(Guid.NewGuid(), request.Name!, [], request.Metadata.OnNothing, now, now);
        return await segments.Add(segment, http.RequestAborted) is DirectoryOutcome.Taken
            ? throw Taken()
            : Reply.Created(IsolationSegmentResponse.Of(segment, new Links(http.Request)));
    }

    private static async Task<IResult> Get(string guid, HttpContext http, IIsolationSegments segments) =>
        Reply.Ok(IsolationSegmentResponse.Of(await Find(guid, http, segments), new Links(http.Request)));

    private static async Task<IResult> Patch(string guid, HttpContext http, IIsolationSegments segments)
    {
        var segment = await Find(guid, http, segments);
        var request = IsolationSegmentRequest.ReadChange(await http.Request.ReadBody());
        if (segment.Guid == IsolationSegment.Shared && request.Name is not null)
        {
            throw new CfException(CfError.Unprocessable("Cannot update the shared Isolation Segment"));
        }

        return await segments.Change(segment.Guid, request.Name, MetadataRules.Merge(segment.Metadata, request.Metadata.Labels, request.Metadata.Annotations), http.RequestAborted) switch
        {
            DirectoryOutcome.Taken => throw Taken(),
            DirectoryOutcome.NotEmpty => throw new CfException(CfError.Unprocessable("Cannot update Isolation Segments that are assigned as the default for an Organization or Space.")),
            DirectoryOutcome.NotFound => throw new CfException(CfError.NotFound(Resource)),
            _ => await Get(guid, http, segments),
        };
    }

    private static async Task<IResult> Delete(string guid, HttpContext http, IIsolationSegments segments)
    {
        var segment = await Find(guid, http, segments);
        if (segment.Guid == IsolationSegment.Shared)
        {
            throw new CfException(CfError.Unprocessable($"Cannot delete the {segment.Name} Isolation Segment"));
        }

        return await segments.Remove(segment.Guid, http.RequestAborted) is DirectoryOutcome.NotEmpty
            ? throw new CfException(CfError.Unprocessable("Revoke the Organization entitlements for your Isolation Segment."))
            : Results.NoContent();
    }

    private static async Task<IResult> OrganizationsOf(string guid, HttpContext http, IIsolationSegments segments, IDirectory directory)
    {
        var segment = await Find(guid, http, segments);
        return await OrganizationEndpoints.Shown(http, directory, each => segment.Organizations.Contains(each.Guid));
    }

    private static async Task<IResult> RelatedOrganizations(string guid, HttpContext http, IIsolationSegments segments) =>
        Reply.Ok(Related(await Find(guid, http, segments), http));

    private static async Task<IResult> RelatedSpaces(string guid, HttpContext http, IIsolationSegments segments, IDirectory directory)
    {
        var segment = await Find(guid, http, segments);
        var spaces = (await http.SpacesWith(Right.SeeSpace, directory)).Where(each => each.Segment == segment.Guid).Select(each => each.Guid);
        return Reply.Ok(new AppliedResponse(
            ManyReferences.To(spaces).Data,
            new Dictionary<string, Link> { ["self"] = new Links(http.Request).To($"{IsolationSegmentResponse.PathOf(segment.Guid)}/relationships/spaces") }));
    }

    private static async Task<IResult> Entitle(string guid, HttpContext http, IIsolationSegments segments, IDirectory directory)
    {
        var segment = await Find(guid, http, segments);
        var body = await http.Request.ReadBody();
        var to = body.Many();
        body.ThrowIfFaulty();
        if (await segments.Entitle(segment.Guid, to, http.RequestAborted) is DirectoryOutcome.NotFound)
        {
            var missing = to.Except((await directory.Organizations(http.RequestAborted)).Select(each => each.Guid));
            throw new CfException(CfError.Unprocessable($"Unable to entitle organizations [{Names(missing.Select(each => each.ToString("D")))}] for the isolation segment. Ensure the organizations exist."));
        }

        return Reply.Ok(Related(await Find(guid, http, segments), http));
    }

    private static async Task<IResult> Revoke(string guid, string organization, HttpContext http, IIsolationSegments segments, IDirectory directory)
    {
        var segment = await Find(guid, http, segments);
        var from = await directory.GetOrganization(organization, http.RequestAborted);
        if (await segments.Revoke(segment.Guid, from.Guid, http.RequestAborted) is not DirectoryOutcome.NotEmpty)
        {
            return Results.NoContent();
        }

        var spaces = (await directory.Spaces(http.RequestAborted)).Where(each => each.Organization == from.Guid && each.Segment == segment.Guid).Select(each => each.Name);
        throw new CfException(CfError.Unprocessable(from.Segment == segment.Guid
            ? "Cannot remove the entitlement while this Isolation Segment is assigned as the Default Isolation Segment for the Organization."
            : $"Cannot remove the entitlement while this Isolation Segment is assigned to any Spaces. Currently assigned to: [{Names(spaces)}]"));
    }

    private static async Task<IResult> OfOrganization(string guid, HttpContext http, IDirectory directory) =>
        Reply.Ok(RelatedSegmentResponse.Of((await directory.GetOrganization(guid, http.RequestAborted)).Segment, http.Request.Path, new Links(http.Request)));

    private static async Task<IResult> SetDefault(string guid, HttpContext http, IIsolationSegments segments, IDirectory directory)
    {
        var organization = await directory.GetOrganization(guid, http.RequestAborted);
        return await Give(segment => segments.SetDefault(organization.Guid, segment, http.RequestAborted), "the organization", http);
    }

    private static async Task<IResult> OfSpace(string guid, HttpContext http, IDirectory directory) =>
        Reply.Ok(RelatedSegmentResponse.Of((await directory.GetSpace(guid, http.RequestAborted)).Segment, http.Request.Path, new Links(http.Request)));

    private static async Task<IResult> Assign(string guid, HttpContext http, IIsolationSegments segments, IDirectory directory)
    {
        var space = await directory.GetSpace(guid, http.RequestAborted);
        return await Give(segment => segments.Assign(space.Guid, segment, http.RequestAborted), "the organization that this space belongs to", http);
    }

    /// <param name="give">To an organization or a space, the segment that the body names, or none.</param>
    /// <param name="entitled">Who must be entitled to it, in words.</param>
    private static async Task<IResult> Give(Func<Guid?, Task<DirectoryOutcome>> give, string entitled, HttpContext http)
    {
        var (segment, text) = IsolationSegmentRequest.ReadRelated(await http.Request.ReadBody());
        return await give(segment) is DirectoryOutcome.NotFound
            ? throw new CfException(CfError.Unprocessable($"Unable to assign isolation segment with guid '{text}'. Ensure it has been entitled to {entitled}."))
            : Reply.Ok(RelatedSegmentResponse.Of(segment, http.Request.Path, new Links(http.Request)));
    }

    /// <summary>The segment, if the caller may see it.</summary>
    private static async Task<IsolationSegment> Find(string guid, HttpContext http, IIsolationSegments segments) =>
        await segments.Find(Guids.Parse(guid, Resource), http.RequestAborted) is { } found && IsSeen(found, http) ? found : throw new CfException(CfError.NotFound(Resource));

    private static bool IsSeen(IsolationSegment segment, HttpContext http) =>
        AccessRules.Gives(http.Visit().Caller.Authority, Right.SeeOrganization) || Seen(segment, http).Any();

    /// <summary>Those of its organizations that the caller sees.</summary>
    private static IEnumerable<Guid> Seen(IsolationSegment segment, HttpContext http)
    {
        var seen = http.Visit().Caller.Organizations(Right.SeeOrganization);
        return segment.Organizations.Where(each => seen?.Contains(each) != false);
    }

    private static AppliedResponse Related(IsolationSegment segment, HttpContext http)
    {
        var (links, path) = (new Links(http.Request), IsolationSegmentResponse.PathOf(segment.Guid));
        return new AppliedResponse(
            ManyReferences.To(Seen(segment, http)).Data,
            new Dictionary<string, Link> { ["self"] = links.To($"{path}/relationships/organizations"), ["related"] = links.To($"{path}/organizations") });
    }

    private static string Names(IEnumerable<string> names) => string.Join(", ", names.Select(each => $"'{each}'"));

    private static CfException Taken() => new(CfError.Unprocessable("Isolation Segment names are case insensitive and must be unique"));
}
