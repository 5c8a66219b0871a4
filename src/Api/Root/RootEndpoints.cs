using System.Text.Json.Serialization;
using Granary.Api.Lists;
using Granary.Api.Wire;
using Granary.Client;
using Granary.Core.Apps;
using Granary.Grains.Ports;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Granary.Api.Root;

internal sealed record ApiVersion(string Version);

internal sealed record RootLink(string Href, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ApiVersion? Meta = null);

/// <summary>Where clients begin (section 2.1), the sign of life, and the lists that have at most one thing.</summary>
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
        routes.MapGet("/", Root);
        routes.MapGet("/v3", V3);
        routes.MapGet("/healthz", Health);
        routes.MapGet("/v3/organizations", Organizations);
        routes.MapGet("/v3/spaces", Spaces);
        routes.MapGet("/v3/domains", Empty);
        routes.MapGet("/v3/routes", Empty);
        routes.MapGet("/v3/apps/{guid}/routes", RoutesOfApp);
    }

    private static IResult Root(HttpContext http)
    {
        var root = new Links(http.Request).Root;
        return Reply.Ok(new
        {
            Links = new Dictionary<string, RootLink>
            {
                ["self"] = new(root),
                ["cloud_controller_v3"] = new($"{root}/v3", new ApiVersion(Version)),
                ["log_cache"] = new(root),
            },
        });
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

    private static IResult Organizations(HttpContext http) => One(http, "organizations", Home.Organization, null);

    private static IResult Spaces(HttpContext http) => One(http, "spaces", Home.Space, new { Organization = Reference.To(Home.Organization) });

    private static async Task<IResult> RoutesOfApp(string guid, HttpContext http, GranaryClient granary)
    {
        await granary.GetApp(guid, http.RequestAborted);
        return Empty(http);
    }

    private static IResult Empty(HttpContext http) => Reply.Ok(Page.Of<object>([], ListRequest.Read(http.Request, ListShape.Small), http.Request));

    /// <summary>Everything is in one space of one organization, both called "default".</summary>
    private static IResult One(HttpContext http, string kind, Guid guid, object? relationships)
    {
        const string name = "default";
        var list = ListRequest.Read(http.Request, ListShape.Small);
        var matches = !list.IsEmpty
            && list.Query.Names?.Contains(name, StringComparer.OrdinalIgnoreCase) != false
            && list.Query.Guids?.Contains(guid) != false;
        object one = new
        {
            Guid = guid.ToString("D"),
            Name = name,
            Relationships = relationships ?? new { },
            Metadata = new { Labels = new { }, Annotations = new { } },
            Links = new { Self = new Links(http.Request).To($"/v3/{kind}/{guid:D}") },
        };
        return Reply.Ok(Page.Of<object>(matches ? [one] : [], list, http.Request));
    }
}
