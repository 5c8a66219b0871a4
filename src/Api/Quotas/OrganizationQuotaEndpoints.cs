using System.Collections.Immutable;
using Granary.Api.Access;
using Granary.Api.Errors;
using Granary.Api.Lists;
using Granary.Api.Wire;
using Granary.Client;
using Granary.Core.Access;
using Granary.Core.Apps;
using Granary.Core.Jobs;
using Granary.Grains.Ports;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Granary.Api.Quotas;

internal sealed record OfOrganizationQuota(ManyReferences Organizations);

/// <summary>A quota of organizations as Cloud Foundry shows it.</summary>
internal sealed record OrganizationQuotaResponse(
    string Guid,
    string Name,
    string CreatedAt,
    string UpdatedAt,
    AppLimits Apps,
    ServiceLimits Services,
    RouteLimits Routes,
    DomainLimits Domains,
    OfOrganizationQuota Relationships,
    Dictionary<string, Link> Links)
{
    /// <param name="seen">The organizations that the caller sees.</param>
    public static OrganizationQuotaResponse Of(Quota quota, IEnumerable<Organization> seen, Links links) => new(
        quota.Guid.ToString("D"),
        quota.Name,
        WireJson.Second(quota.CreatedAt),
        WireJson.Second(quota.UpdatedAt),
        AppLimits.Of(quota.Terms.Apps),
        ServiceLimits.Of(quota.Terms),
        RouteLimits.Of(quota.Terms),
        new DomainLimits(quota.Terms.Domains),
        new OfOrganizationQuota(ManyReferences.To(seen.Where(each => each.Quota == quota.Guid).Select(each => each.Guid))),
        new Dictionary<string, Link> { ["self"] = links.To($"/v3/organization_quotas/{quota.Guid:D}") });
}

/// <summary>Quotas of organizations. Admins make and apply them; everybody may look.</summary>
internal static class OrganizationQuotaEndpoints
{
    private const string Resource = "Organization quota";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v3/organization_quotas", List).AsksToken();
        routes.MapPost("/v3/organization_quotas", Create).Asks(Authority.Admin);
        routes.MapGet("/v3/organization_quotas/{guid}", Get).AsksToken();
        routes.MapPatch("/v3/organization_quotas/{guid}", Patch).Asks(Authority.Admin);
        routes.MapDelete("/v3/organization_quotas/{guid}", Delete).Asks(Authority.Admin);
        routes.MapPost("/v3/organization_quotas/{guid}/relationships/organizations", Apply).Asks(Authority.Admin);
    }

    private static async Task<IResult> List(HttpContext http, IQuotas quotas, IDirectory directory)
    {
        var list = ListRequest.Read(http.Request, ListShape.OrganizationQuotas);
        var seen = await Seen(http, directory);
        var links = new Links(http.Request);
        var found = (await quotas.OfOrganizations(http.RequestAborted)).Where(quota => list.Organizations is not { } wanted || seen.Any(each => each.Quota == quota.Guid && wanted.Contains(each.Guid)));
        return Reply.Ok(SmallList.Of(found, Listed, list, http.Request, quota => OrganizationQuotaResponse.Of(quota, seen, links)));
    }

    private static async Task<IResult> Get(string guid, HttpContext http, IQuotas quotas, IDirectory directory) =>
        Reply.Ok(await Shown(await Find(guid, quotas, http.RequestAborted), http, directory));

    private static async Task<IResult> Create(HttpContext http, IQuotas quotas, IDirectory directory, TimeProvider clock)
    {
        var body = await http.Request.ReadBody();
        var request = QuotaRequest.Read(body, hasDomains: true);
        var to = body.Object("relationships")?.RelatedMany("organizations") ?? [];
        body.ThrowIfFaulty();
        var now = clock.GetUtcNow();
        var quota = new Quota(Guid.NewGuid(), null, request.Name!, request.Terms, now, now);
        return await quotas.Add(quota, to, http.RequestAborted) switch
        {
            DirectoryOutcome.Taken => throw Taken(quota.Name),
            DirectoryOutcome.NotFound => throw new CfException(CfError.Unprocessable($"Organizations with guids {await Missing(to, directory, http.RequestAborted)} do not exist, or you do not have access to them.")),
            _ => Reply.Created(await Shown(quota, http, directory)),
        };
    }

    private static async Task<IResult> Patch(string guid, HttpContext http, IQuotas quotas, IDirectory directory)
    {
        var quota = await Find(guid, quotas, http.RequestAborted);
        var request = QuotaRequest.ReadChange(await http.Request.ReadBody(), quota.Terms, hasDomains: true);
        var changed = quota with { Name = request.Name ?? quota.Name, Terms = request.Terms };
        return await quotas.Change(changed, http.RequestAborted) is DirectoryOutcome.Taken
            ? throw Taken(changed.Name)
            : Reply.Ok(await Shown(await Find(guid, quotas, http.RequestAborted), http, directory));
    }

    private static async Task<IResult> Delete(string guid, HttpContext http, IQuotas quotas, GranaryClient granary)
    {
        var quota = await Find(guid, quotas, http.RequestAborted);
        if (quota.Guid == Quota.Default)
        {
            throw new CfException(CfError.Unprocessable("The default quota cannot be deleted."));
        }

        return await quotas.Remove(quota, http.RequestAborted) is DirectoryOutcome.NotEmpty
            ? throw new CfException(CfError.Unprocessable("This quota is applied to one or more organizations. Apply different quotas to those organizations before deleting."))
            : Reply.Later(await granary.BeginJob(new JobState { Operation = "organization_quota.delete" }, http.RequestAborted), new Links(http.Request));
    }

    private static async Task<IResult> Apply(string guid, HttpContext http, IQuotas quotas, IDirectory directory)
    {
        var body = await http.Request.ReadBody();
        var to = body.Many();
        body.ThrowIfFaulty();
        var quota = await Find(guid, quotas, http.RequestAborted);
        if (await quotas.Apply(quota, to, http.RequestAborted) is DirectoryOutcome.NotFound)
        {
            throw new CfException(CfError.Unprocessable($"Organizations with guids {await Missing(to, directory, http.RequestAborted)} do not exist"));
        }

        var shown = await Shown(quota, http, directory);
        return Reply.Ok(new AppliedResponse(shown.Relationships.Organizations.Data, new Dictionary<string, Link> { ["self"] = new Links(http.Request).To($"/v3/organization_quotas/{quota.Guid:D}/relationships/organizations") }));
    }

    private static async Task<Quota> Find(string guid, IQuotas quotas, CancellationToken cancellation) =>
        await quotas.Find(Guids.Parse(guid, Resource), cancellation) is { Organization: null } found ? found : throw new CfException(CfError.NotFound(Resource));

    private static async Task<OrganizationQuotaResponse> Shown(Quota quota, HttpContext http, IDirectory directory) =>
        OrganizationQuotaResponse.Of(quota, await Seen(http, directory), new Links(http.Request));

    private static async Task<IReadOnlyList<Organization>> Seen(HttpContext http, IDirectory directory)
    {
        var seen = http.Visit().Caller.Organizations(Right.SeeOrganization);
        return [.. (await directory.Organizations(http.RequestAborted)).Where(each => seen?.Contains(each.Guid) != false)];
    }

    private static async Task<string> Missing(ImmutableArray<Guid> guids, IDirectory directory, CancellationToken cancellation) =>
        Guids.Quoted(guids.Except((await directory.Organizations(cancellation)).Select(each => each.Guid)));

    internal static Listed Listed(Quota quota) => new(quota.Guid, quota.Name, quota.CreatedAt, quota.UpdatedAt, Metadata.Empty);

    private static CfException Taken(string name) => new(CfError.Unprocessable($"Organization Quota '{name}' already exists."));
}
