using System.Text.Json.Serialization;
using Granary.Api.Access;
using Granary.Api.Lists;
using Granary.Api.Tokens;
using Granary.Api.Wire;
using Granary.Client;
using Granary.Core.Access;
using Granary.Grains.Ports;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Api.Root;

internal sealed record ApiVersion(string Version);

internal sealed record RootLink(string Href, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ApiVersion? Meta = null);

/// <summary>Where clients begin (section 2.1), the sign of life, and the lists that are always empty.</summary>
internal static class RootEndpoints
{
    /// <summary>High enough that no cf warns, low enough that none asks for what is not here (section 2.7).</summary>
    private const string Version = "3.100.0";

    /// <summary>cf builds every address from these; also those of resources that are not here yet, whose answer then says so.</summary>
    private static readonly string[] Resources =
    [
        "apps", "audit_events", "buildpacks", "builds", "deployments", "domains", "droplets", "environment_variable_groups", "feature_flags",
        "isolation_segments", "organizations", "organization_quotas", "packages", "processes", "resource_matches", "roles", "routes", "security_groups",
        "service_brokers", "service_instances", "service_offerings", "service_plans", "spaces", "space_quotas", "stacks", "tasks", "users",
    ];

    private static readonly RowQuery Nothing = new() { Guids = [Guid.Empty], PerPage = 1 };

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/", Root).AsksNothing();
        routes.MapGet("/v3", V3).AsksNothing();
        routes.MapGet("/healthz", Health).AsksNothing();
        routes.MapGet("/v3/domains", Empty).AsksToken();
        routes.MapGet("/v3/routes", Empty).AsksToken();
        routes.MapGet("/v3/service_instances", Empty).AsksToken();
        routes.MapGet("/v3/apps/{guid}/routes", RoutesOfApp).Asks(Right.SeeApps, Thing.App);
    }

    private static IResult Root(HttpContext http)
    {
        var root = new Links(http.Request).Root;
        var links = new Dictionary<string, RootLink>
        {
            ["self"] = new(root),
            ["cloud_controller_v3"] = new($"{root}/v3", new ApiVersion(Version)),
            ["log_cache"] = new(root),
        };
        if (http.RequestServices.GetService<TokenReader>() is not null)
        {
            (links["login"], links["uaa"]) = (new(root), new(root));
        }

        return Reply.Ok(new { Links = links });
    }

    private static IResult V3(HttpContext http)
    {
        var links = new Links(http.Request);
        return Reply.Ok(new { Links = Resources.Prepend("").ToDictionary(each => each.Length == 0 ? "self" : each, each => links.To($"/v3/{each}".TrimEnd('/'))) });
    }

    /// <summary>Reads from the database past every cache: 503 when it does not answer.</summary>
    private static async Task<IResult> Health(HttpContext http, GranaryClient granary)
    {
        await granary.Apps(Nothing, http.RequestAborted);
        return Reply.Ok(new { Status = "up" });
    }

    private static async Task<IResult> RoutesOfApp(string guid, HttpContext http, GranaryClient granary)
    {
        await granary.GetApp(guid, http.RequestAborted);
        return Empty(http);
    }

    private static IResult Empty(HttpContext http) => Reply.Ok(Page.Empty(http.Request));
}
