using Granary.Api.Access;
using Granary.Api.Errors;
using Granary.Api.Lists;
using Granary.Api.Wire;
using Granary.Core.Access;
using Granary.Core.Apps;
using Granary.Grains.Ports;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Granary.Api.Organizations;

internal sealed record AppLimits(int? TotalMemoryInMb, int? PerProcessMemoryInMb, int? TotalInstances, int? PerAppTasks, long? LogRateLimitInBytesPerSecond);

internal sealed record ServiceLimits(bool PaidServicesAllowed, int? TotalServiceInstances, int? TotalServiceKeys);

internal sealed record RouteLimits(int? TotalRoutes, int? TotalReservedPorts);

internal sealed record DomainLimits(int? TotalDomains);

internal sealed record ManyReferences(IReadOnlyList<ResourceGuid> Data);

internal sealed record OfQuota(ManyReferences Organizations);

/// <summary>A quota as Cloud Foundry shows it: a limit that is null is none.</summary>
internal sealed record QuotaResponse(
    string Guid,
    string Name,
    string CreatedAt,
    string UpdatedAt,
    AppLimits Apps,
    ServiceLimits Services,
    RouteLimits Routes,
    DomainLimits Domains,
    OfQuota Relationships,
    Dictionary<string, Link> Links);

/// <summary>The one quota of organizations, which limits nothing. Clients ask for it to show an organization.</summary>
internal static class QuotaEndpoints
{
    public const string Default = "00000000-0000-4000-8000-000000000003";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v3/organization_quotas", List).AsksToken();
        routes.MapGet("/v3/organization_quotas/{guid}", Get).AsksToken();
    }

    private static async Task<IResult> List(HttpContext http, IDirectory directory)
    {
        var list = ListRequest.Read(http.Request, ListShape.Quotas);
        var one = await Shown(http, directory);
        return Reply.Ok(Page.Of<QuotaResponse>(list.Matches(one.Name, one.Guid) && list.Organizations?.Any(each => one.Relationships.Organizations.Data.Any(known => known.Guid == each.ToString("D"))) != false ? [one] : [], list, http.Request));
    }

    private static async Task<IResult> Get(string guid, HttpContext http, IDirectory directory) =>
        guid == Default ? Reply.Ok(await Shown(http, directory)) : throw new CfException(CfError.NotFound("Organization quota"));

    /// <summary>Of the organizations those that the caller sees.</summary>
    private static async Task<QuotaResponse> Shown(HttpContext http, IDirectory directory)
    {
        var seen = http.Visit().Caller.Organizations(Right.SeeOrganization);
        var all = await directory.Organizations(http.RequestAborted);
        var since = WireJson.Second(all.Single(each => each.Guid == Home.Organization).CreatedAt);
        return new QuotaResponse(
            Default,
            "default",
            since,
            since,
            new AppLimits(null, null, null, null, null),
            new ServiceLimits(true, null, null),
            new RouteLimits(null, null),
            new DomainLimits(null),
            new OfQuota(new ManyReferences([.. all.Where(each => seen?.Contains(each.Guid) != false).Select(each => new ResourceGuid(each.Guid.ToString("D")))])),
            new Dictionary<string, Link> { ["self"] = new Links(http.Request).To($"/v3/organization_quotas/{Default}") });
    }
}
