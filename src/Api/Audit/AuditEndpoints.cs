using System.Text.Json;
using Granary.Api.Access;
using Granary.Api.Errors;
using Granary.Api.Lists;
using Granary.Api.Wire;
using Granary.Client;
using Granary.Core.Access;
using Granary.Core.Audit;
using Granary.Grains.Ports;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Granary.Api.Audit;

internal sealed record Party(string Guid, string Type, string Name);

/// <summary>An event of the audit as Cloud Foundry shows it (section 1.13).</summary>
internal sealed record AuditResponse(
    string Guid,
    string CreatedAt,
    string UpdatedAt,
    string Type,
    Party Actor,
    Party Target,
    JsonElement Data,
    ResourceGuid Space,
    ResourceGuid? Organization,
    Dictionary<string, Link> Links)
{
    /// <param name="organization">Of the space; null when the space is gone.</param>
    public static AuditResponse Of(AuditEvent happened, Guid? organization, Links links)
    {
        using var data = JsonDocument.Parse(happened.Data);
        return new AuditResponse(
            happened.Id.ToString("D"),
            WireJson.Second(happened.CreatedAt),
            WireJson.Second(happened.CreatedAt),
            happened.Type,
            new Party(happened.Actor.Guid, happened.Actor.Type, happened.Actor.Name),
            new Party(happened.App.ToString("D"), "app", happened.AppName),
            data.RootElement.Clone(),
            new ResourceGuid(happened.Space.ToString("D")),
            organization is { } guid ? new ResourceGuid(guid.ToString("D")) : null,
            new Dictionary<string, Link> { ["self"] = links.To($"/v3/audit_events/{happened.Id:D}") });
    }
}

/// <summary>What was done to apps, and by whom.</summary>
internal static class AuditEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v3/audit_events", List).AsksToken();
        routes.MapGet("/v3/audit_events/{guid}", Get).AsksToken();
    }

    private static async Task<IResult> List(HttpContext http, GranaryClient granary, IDirectory directory)
    {
        var list = ListRequest.Read(http.Request, ListShape.AuditEvents);
        var page = await list.Page(query => granary.Events(query, http.RequestAborted), await http.Spaces(list, directory), query => query with { Apps = list.Targets, States = list.Types });
        var organizations = (await directory.Spaces(http.RequestAborted)).ToDictionary(each => each.Guid, each => each.Organization);
        var links = new Links(http.Request);
        return Reply.Ok(Page.Of(page, list, http.Request, happened => AuditResponse.Of(happened, organizations.TryGetValue(happened.Space, out var organization) ? organization : null, links)));
    }

    private static async Task<IResult> Get(string guid, HttpContext http, GranaryClient granary, IDirectory directory)
    {
        var found = await granary.Events(new RowQuery { Guids = [Guids.Parse(guid, "Event")], PerPage = 1 }, http.RequestAborted);
        if (found.Items is not [var happened, ..])
        {
            throw new CfException(CfError.NotFound("Event"));
        }

        var place = await directory.PlaceOf(happened.Space, http.RequestAborted);
        var caller = http.Visit().Caller;
        return caller.IsAdmin || (place is not null && AccessRules.May(caller, Right.SeeApps, place))
            ? Reply.Ok(AuditResponse.Of(happened, place?.Organization, new Links(http.Request)))
            : throw new CfException(CfError.NotFound("Event"));
    }
}
