using Granary.Api.Errors;
using Granary.Api.Lists;
using Granary.Api.Wire;
using Granary.Client;
using Granary.Core.Tasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Granary.Api.Processes;

/// <summary>Processes: what a droplet can run, and the templates of tasks. None has instances yet.</summary>
internal static class ProcessEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v3/apps/{guid}/processes", ListOfApp);
        routes.MapGet("/v3/apps/{guid}/processes/{type}", GetOfApp);
        routes.MapGet("/v3/processes/{guid}", Get);
        routes.MapGet("/v3/processes/{guid}/stats", Stats);
        routes.MapGet("/v3/processes/{guid}/sidecars", Sidecars);
    }

    private static async Task<IResult> ListOfApp(string guid, HttpContext http, GranaryClient granary, ProcessLookup processes, TaskPolicy policy)
    {
        var app = await granary.GetApp(guid, http.RequestAborted);
        var list = ListRequest.Read(http.Request, ListShape.Processes);
        var links = new Links(http.Request);
        var all = (await processes.Of(app, http.RequestAborted)).Where(each => list.Types?.Contains(each.Type) != false);
        return Reply.Ok(Page.Of<ProcessResponse>([.. all.Select(each => ProcessResponse.Of(each, policy, links, showsCommand: false))], list, http.Request));
    }

    private static async Task<IResult> GetOfApp(string guid, string type, HttpContext http, GranaryClient granary, ProcessLookup processes, TaskPolicy policy)
    {
        var app = await granary.GetApp(guid, http.RequestAborted);
        var process = await processes.Find(app, type, http.RequestAborted) ?? throw NotFound();
        return Reply.Ok(ProcessResponse.Of(process, policy, new Links(http.Request)));
    }

    private static async Task<IResult> Get(string guid, HttpContext http, ProcessLookup processes, TaskPolicy policy)
    {
        var process = await processes.Find(guid, http.RequestAborted) ?? throw NotFound();
        return Reply.Ok(ProcessResponse.Of(process, policy, new Links(http.Request)));
    }

    private static async Task<IResult> Stats(string guid, HttpContext http, ProcessLookup processes) =>
        await processes.Find(guid, http.RequestAborted) is null ? throw NotFound() : Reply.Ok(new { Resources = Array.Empty<object>() });

    private static async Task<IResult> Sidecars(string guid, HttpContext http, ProcessLookup processes)
    {
        _ = await processes.Find(guid, http.RequestAborted) ?? throw NotFound();
        return Reply.Ok(Page.Of<object>([], ListRequest.Read(http.Request, ListShape.Small), http.Request));
    }

    private static CfException NotFound() => new(CfError.NotFound("Process"));
}
