using System.Collections.Immutable;
using Granary.Api.Access;
using Granary.Api.Errors;
using Granary.Api.Lists;
using Granary.Api.Wire;
using Granary.Client;
using Granary.Core.Access;
using Granary.Core.Jobs;
using Granary.Grains.Ports;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Granary.Api.Quotas;

internal sealed record OfSpaceQuota(Reference Organization, ManyReferences Spaces);

/// <summary>A quota of spaces as Cloud Foundry shows it.</summary>
internal sealed record SpaceQuotaResponse(
    string Guid,
    string Name,
    string CreatedAt,
    string UpdatedAt,
    AppLimits Apps,
    ServiceLimits Services,
    RouteLimits Routes,
    OfSpaceQuota Relationships,
    Dictionary<string, Link> Links)
{
    /// <param name="seen">The spaces that the caller sees.</param>
    public static SpaceQuotaResponse Of(Quota quota, IEnumerable<Space> seen, Links links) => new(
        quota.Guid.ToString("D"),
        quota.Name,
        WireJson.Second(quota.CreatedAt),
        WireJson.Second(quota.UpdatedAt),
        AppLimits.Of(quota.Terms.Apps),
        ServiceLimits.Of(quota.Terms),
        RouteLimits.Of(quota.Terms),
        new OfSpaceQuota(Reference.To(quota.Organization!.Value), ManyReferences.To(seen.Where(each => each.Quota == quota.Guid).Select(each => each.Guid))),
        new Dictionary<string, Link>
        {
            ["self"] = links.To($"/v3/space_quotas/{quota.Guid:D}"),
            ["organization"] = links.To($"/v3/organizations/{quota.Organization:D}"),
        });
}

/// <summary>Quotas of spaces. Managers of their organization make and apply them; whoever sees a space that has one may look.</summary>
internal static class SpaceQuotaEndpoints
{
    private const string Resource = "Space quota";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v3/space_quotas", List).AsksToken();
        routes.MapPost("/v3/space_quotas", Create).AsksToken();
        routes.MapGet("/v3/space_quotas/{guid}", Get).AsksToken();
        routes.MapPatch("/v3/space_quotas/{guid}", Patch).AsksToken();
        routes.MapDelete("/v3/space_quotas/{guid}", Delete).AsksToken();
        routes.MapPost("/v3/space_quotas/{guid}/relationships/spaces", Apply).AsksToken();
        routes.MapDelete("/v3/space_quotas/{guid}/relationships/spaces/{space}", Unapply).AsksToken();
    }

    private static async Task<IResult> List(HttpContext http, IQuotas quotas, IDirectory directory)
    {
        var list = ListRequest.Read(http.Request, ListShape.SpaceQuotas);
        var sight = await Sight.Of(http, directory);
        var links = new Links(http.Request);
        var found = (await quotas.OfSpaces(http.RequestAborted)).Where(quota =>
            sight.Sees(quota)
            && list.Organizations?.Contains(quota.Organization!.Value) != false
            && (list.Spaces is not { } wanted || sight.Spaces.Any(each => each.Quota == quota.Guid && wanted.Contains(each.Guid))));
        return Reply.Ok(SmallList.Of(found, OrganizationQuotaEndpoints.Listed, list, http.Request, quota => SpaceQuotaResponse.Of(quota, sight.Spaces, links)));
    }

    private static async Task<IResult> Get(string guid, HttpContext http, IQuotas quotas, IDirectory directory)
    {
        var sight = await Sight.Of(http, directory);
        return Reply.Ok(SpaceQuotaResponse.Of(await Find(guid, sight, quotas, http.RequestAborted), sight.Spaces, new Links(http.Request)));
    }

    private static async Task<IResult> Create(HttpContext http, IQuotas quotas, IDirectory directory, Places places, TimeProvider clock)
    {
        var body = await http.Request.ReadBody();
        var request = QuotaRequest.Read(body, hasDomains: false);
        var relationships = body.Object("relationships");
        if (relationships is null)
        {
            body.Fault("Relationships can't be blank");
        }

        var organization = relationships?.Related("organization") ?? "";
        var to = relationships?.RelatedMany("spaces") ?? [];
        body.ThrowIfFaulty();
        if (await places.OfOrganization(organization, http.RequestAborted) is not { } place || !AccessRules.May(http.Visit().Caller, Right.SeeOrganization, place))
        {
            throw new CfException(CfError.Unprocessable($"Organization with guid '{organization}' does not exist, or you do not have access to it."));
        }

        http.Demand(Right.ManageOrganization, place);
        var now = clock.GetUtcNow();
        var quota = new Quota(Guid.NewGuid(), place.Organization, request.Name!, request.Terms, now, now);
        return await quotas.Add(quota, to, http.RequestAborted) switch
        {
            DirectoryOutcome.Taken => throw Taken(quota.Name),
            DirectoryOutcome.NotFound => throw new CfException(CfError.Unprocessable($"Spaces with guids {await Missing(to, place.Organization, directory, http.RequestAborted)} do not exist within the organization specified, or you do not have access to them.")),
            _ => Reply.Created(await Shown(quota, http, directory)),
        };
    }

    private static async Task<IResult> Patch(string guid, HttpContext http, IQuotas quotas, IDirectory directory, Places places)
    {
        var quota = await Managed(guid, http, quotas, directory, places);
        var request = QuotaRequest.ReadChange(await http.Request.ReadBody(), quota.Terms, hasDomains: false);
        var changed = quota with { Name = request.Name ?? quota.Name, Terms = request.Terms };
        return await quotas.Change(changed, http.RequestAborted) is DirectoryOutcome.Taken
            ? throw Taken(changed.Name)
            : Reply.Ok(await Shown(await quotas.Find(quota.Guid, http.RequestAborted) ?? throw new CfException(CfError.NotFound(Resource)), http, directory));
    }

    private static async Task<IResult> Delete(string guid, HttpContext http, IQuotas quotas, IDirectory directory, Places places, GranaryClient granary)
    {
        var quota = await Managed(guid, http, quotas, directory, places);
        return await quotas.Remove(quota, http.RequestAborted) is DirectoryOutcome.NotEmpty
            ? throw new CfException(CfError.Unprocessable("This quota is applied to one or more spaces. Remove this quota from all spaces before deleting."))
            : Reply.Later(await granary.BeginJob(new JobState { Operation = "space_quota.delete" }, http.RequestAborted), new Links(http.Request));
    }

    private static async Task<IResult> Apply(string guid, HttpContext http, IQuotas quotas, IDirectory directory, Places places)
    {
        var quota = await Managed(guid, http, quotas, directory, places);
        var body = await http.Request.ReadBody();
        var to = body.Many();
        body.ThrowIfFaulty();
        if (await quotas.Apply(quota, to, http.RequestAborted) is DirectoryOutcome.NotFound)
        {
            var unseen = to.Except((await Sight.Of(http, directory)).Spaces.Select(each => each.Guid)).ToArray();
            throw new CfException(CfError.Unprocessable(unseen.Length > 0
                ? $"Spaces with guids {Guids.Quoted(unseen)} do not exist, or you do not have access to them."
                : "Space quotas cannot be applied outside of their owning organization."));
        }

        var shown = await Shown(quota, http, directory);
        return Reply.Ok(new AppliedResponse(shown.Relationships.Spaces.Data, new Dictionary<string, Link> { ["self"] = new Links(http.Request).To($"/v3/space_quotas/{quota.Guid:D}/relationships/spaces") }));
    }

    private static async Task<IResult> Unapply(string guid, string space, HttpContext http, IQuotas quotas, IDirectory directory, Places places)
    {
        var quota = await Managed(guid, http, quotas, directory, places);
        return Guid.TryParseExact(space, "D", out var parsed) && await quotas.Unapply(quota, parsed, http.RequestAborted) is DirectoryOutcome.Done
            ? Results.NoContent()
            : throw new CfException(CfError.Unprocessable($"Unable to remove quota from space with guid '{space}'. Ensure the space quota is applied to this space."));
    }

    private static async Task<SpaceQuotaResponse> Shown(Quota quota, HttpContext http, IDirectory directory) =>
        SpaceQuotaResponse.Of(quota, (await Sight.Of(http, directory)).Spaces, new Links(http.Request));

    /// <summary>The quota, if the caller may change it.</summary>
    private static async Task<Quota> Managed(string guid, HttpContext http, IQuotas quotas, IDirectory directory, Places places)
    {
        var quota = await Find(guid, await Sight.Of(http, directory), quotas, http.RequestAborted);
        http.Demand(Right.ManageOrganization, await places.OfOrganization(quota.Organization!.Value.ToString("D"), http.RequestAborted) ?? throw new CfException(CfError.NotFound(Resource)));
        return quota;
    }

    /// <summary>The quota, if the caller may see it.</summary>
    private static async Task<Quota> Find(string guid, Sight sight, IQuotas quotas, CancellationToken cancellation) =>
        await quotas.Find(Guids.Parse(guid, Resource), cancellation) is { Organization: not null } found && sight.Sees(found) ? found : throw new CfException(CfError.NotFound(Resource));

    private static async Task<string> Missing(ImmutableArray<Guid> guids, Guid organization, IDirectory directory, CancellationToken cancellation) =>
        Guids.Quoted(guids.Except((await directory.Spaces(cancellation)).Where(each => each.Organization == organization).Select(each => each.Guid)));

    private static CfException Taken(string name) => new(CfError.Unprocessable($"Space Quota '{name}' already exists."));

    /// <summary>What the caller sees.</summary>
    /// <param name="Managed">Organizations all of whose quotas are seen; null for all.</param>
    private sealed record Sight(IReadOnlyList<Space> Spaces, ImmutableHashSet<Guid>? Managed)
    {
        public bool Sees(Quota quota) => Managed?.Contains(quota.Organization!.Value) != false || Spaces.Any(each => each.Quota == quota.Guid);

        public static async Task<Sight> Of(HttpContext http, IDirectory directory)
        {
            var caller = http.Visit().Caller;
            return new Sight(await http.SpacesWith(Right.SeeSpace, directory), AccessRules.Gives(caller.Authority, Right.SeeSpace) ? null : caller.Organizations(Right.ManageOrganization));
        }
    }
}
