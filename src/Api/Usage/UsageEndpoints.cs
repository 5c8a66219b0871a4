using System.Collections.Immutable;
using Granary.Api.Access;
using Granary.Api.Errors;
using Granary.Api.Lists;
using Granary.Api.Wire;
using Granary.Client;
using Granary.Core.Access;
using Granary.Core.Apps;
using Granary.Core.Quotas;
using Granary.Core.Tasks;
using Granary.Core.Usage;
using Granary.Grains.Ports;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Granary.Api.Usage;

internal sealed record Changing<T>(T Current, T Previous);

internal sealed record Named(string? Guid, string? Name);

internal sealed record OfProcess(string? Guid, string? Type);

/// <summary>A usage event as Cloud Foundry shows it (section 1.13).</summary>
internal sealed record UsageResponse(
    string Guid,
    string CreatedAt,
    string UpdatedAt,
    Changing<string> State,
    Named App,
    OfProcess Process,
    Named Space,
    ResourceGuid Organization,
    Named Buildpack,
    Named Task,
    Changing<int> MemoryInMbPerInstance,
    Changing<int> InstanceCount,
    Dictionary<string, Link> Links)
{
    public static UsageResponse Of(UsageEvent happened, Links links)
    {
        var at = WireJson.Second(happened.CreatedAt);
        return new UsageResponse(
            happened.Id.ToString("D"),
            at,
            at,
            new(happened.State, happened.PreviousState),
            new(happened.App.ToString("D"), happened.AppName),
            new(happened.Process, happened.ProcessType),
            new(happened.Space.ToString("D"), happened.SpaceName),
            new ResourceGuid(happened.Organization.ToString("D")),
            new(null, null),
            new(happened.Task?.ToString("D"), happened.TaskName),
            new(happened.MemoryMb, happened.MemoryMb),
            new(happened.Instances, happened.Instances),
            new Dictionary<string, Link> { ["self"] = links.To($"/v3/app_usage_events/{happened.Id:D}") });
    }
}

/// <summary>What began and ceased to take memory, for whoever settles accounts: those who see everything.</summary>
internal static class UsageEndpoints
{
    private const string Resource = "App usage event";
    private const int AppsAtOnce = 500;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v3/app_usage_events", List).AsksToken();
        routes.MapGet("/v3/app_usage_events/{guid}", Get).AsksToken();
        routes.MapPost("/v3/app_usage_events/actions/destructively_purge_all_and_reseed", Reseed).Asks(Authority.Admin);
    }

    /// <summary>What has ended before the request is in the answer.</summary>
    private static async Task<IResult> List(HttpContext http, IUsage usage)
    {
        var list = ListRequest.Read(http.Request, ListShape.UsageEvents);
        if (!SeesAll(http))
        {
            return Reply.Ok(Page.Of<UsageResponse>([], list, http.Request));
        }

        await usage.Gather(everything: false, http.RequestAborted);
        var page = await list.Page(
            async query => await usage.Page(query, list.AfterGuid, http.RequestAborted) ?? throw new CfException(CfError.BadQuery("After guid filter must be a valid event guid.")),
            query => query);
        var links = new Links(http.Request);
        return Reply.Ok(Page.Of(page, list, http.Request, happened => UsageResponse.Of(happened, links)));
    }

    private static async Task<IResult> Get(string guid, HttpContext http, IUsage usage) =>
        SeesAll(http) && await usage.Find(Guids.Parse(guid, Resource), http.RequestAborted) is { } happened
            ? Reply.Ok(UsageResponse.Of(happened, new Links(http.Request)))
            : throw new CfException(CfError.NotFound(Resource));

    private static async Task<IResult> Reseed(HttpContext http, GranaryClient granary, IUsage usage, IQuotas quotas, TaskPolicy policy, TimeProvider clock)
    {
        var now = clock.GetUtcNow();
        var seeds = ImmutableArray.CreateBuilder<UsageEvent>();
        var query = new RowQuery { States = [DesiredState.Started.ToString().ToUpperInvariant()], PerPage = AppsAtOnce };
        do
        {
            var apps = await granary.Apps(query, http.RequestAborted);
            foreach (var app in apps.Items)
            {
                var place = Standing.PlaceOf(await quotas.Standing(app.Space, http.RequestAborted));
                seeds.AddRange(UsageRules.Seeds(app, place, policy, now));
            }

            query = query with { After = apps.Next, Page = query.Page + 1 };
        }
        while (query.After is not null);
        await usage.Reseed(seeds.ToImmutable(), http.RequestAborted);
        return Reply.Ok(new { });
    }

    private static bool SeesAll(HttpContext http) => AccessRules.Gives(http.Visit().Caller.Authority, Right.SeeApps);
}
