using Granary.Api.Access;
using Granary.Api.Errors;
using Granary.Api.Features;
using Granary.Api.Lists;
using Granary.Api.Wire;
using Granary.Client;
using Granary.Core.Access;
using Granary.Core.Apps;
using Granary.Core.Tasks;
using Granary.Grains.Ports;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Granary.Api.Processes;

/// <summary>Processes: what a droplet can run, how many of each are to be up, and with what; also the templates of tasks.</summary>
internal static class ProcessEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v3/apps/{guid}/processes", ListOfApp).Asks(Right.SeeApps, Thing.App);
        routes.MapGet("/v3/apps/{guid}/processes/{type}", GetOfApp).Asks(Right.SeeApps, Thing.App);
        routes.MapPatch("/v3/apps/{guid}/processes/{type}", PatchOfApp).Asks(Right.Develop, Thing.App);
        routes.MapPost("/v3/apps/{guid}/processes/{type}/actions/scale", ScaleOfApp).Asks(Right.Operate, Thing.App).GatedBy(FeatureFlag.AppScaling);
        routes.MapGet("/v3/processes", List).AsksToken();
        routes.MapGet("/v3/processes/{guid}", Get).Asks(Right.SeeApps, Thing.Process);
        routes.MapPatch("/v3/processes/{guid}", Patch).Asks(Right.Develop, Thing.Process);
        routes.MapPost("/v3/processes/{guid}/actions/scale", Scale).Asks(Right.Operate, Thing.Process).GatedBy(FeatureFlag.AppScaling);
        routes.MapGet("/v3/processes/{guid}/sidecars", Sidecars).Asks(Right.SeeApps, Thing.Process);
    }

    /// <summary>The process, or 404.</summary>
    public static async Task<Process> Existing(this ProcessLookup processes, string guid, CancellationToken cancellation) =>
        await processes.Find(guid, cancellation) ?? throw new CfException(CfError.NotFound("Process"));

    /// <summary>The process of an app, or 404.</summary>
    public static async Task<Process> Existing(this ProcessLookup processes, AppState app, string type, CancellationToken cancellation) =>
        await processes.Find(app, type, cancellation) ?? throw new CfException(CfError.NotFound("Process"));

    /// <summary>Processes have no rows: a page is one of apps, with all processes of each.</summary>
    private static async Task<IResult> List(HttpContext http, GranaryClient granary, ProcessLookup processes, IDirectory directory, TaskPolicy policy)
    {
        var list = ListRequest.Read(http.Request, ListShape.AllProcesses);
        var apps = await list.Page(query => granary.Apps(query, http.RequestAborted), await http.Spaces(list, directory), query => query with { Guids = query.Apps ?? query.Guids, Apps = null });
        var links = new Links(http.Request);
        var shown = new List<ProcessResponse>();
        foreach (var app in apps.Items)
        {
            shown.AddRange((await processes.Of(app, http.RequestAborted)).Where(each => list.Takes(each)).Select(each => ProcessResponse.Of(each, policy, links, showsCommand: false)));
        }

        return Reply.Ok(Page.Of(new RowPage<ProcessResponse>(shown, apps.Total, apps.Next), list, http.Request, each => each));
    }

    private static bool Takes(this ListRequest list, Process process) =>
        list.Types?.Contains(process.Type) != false
        && (list.Query.Guids is not { } guids || guids.Any(each => each.ToString("D") == process.Guid));

    private static async Task<IResult> ListOfApp(string guid, HttpContext http, GranaryClient granary, ProcessLookup processes, TaskPolicy policy)
    {
        var app = await granary.GetApp(guid, http.RequestAborted);
        var list = ListRequest.Read(http.Request, ListShape.Processes);
        var links = new Links(http.Request);
        var all = (await processes.Of(app, http.RequestAborted)).Where(each => list.Takes(each));
        return Reply.Ok(Page.Of<ProcessResponse>([.. all.Select(each => ProcessResponse.Of(each, policy, links, showsCommand: false))], list, http.Request));
    }

    private static async Task<IResult> GetOfApp(string guid, string type, HttpContext http, GranaryClient granary, ProcessLookup processes, TaskPolicy policy) =>
        Reply.Ok(Shown(await processes.Existing(await granary.GetApp(guid, http.RequestAborted), type, http.RequestAborted), http, policy));

    private static async Task<IResult> Get(string guid, HttpContext http, ProcessLookup processes, TaskPolicy policy) =>
        Reply.Ok(Shown(await processes.Existing(guid, http.RequestAborted), http, policy));

    private static async Task<IResult> PatchOfApp(string guid, string type, HttpContext http, GranaryClient granary, ProcessLookup processes, TaskPolicy policy)
    {
        var process = await processes.Existing(await granary.GetApp(guid, http.RequestAborted), type, http.RequestAborted);
        return Reply.Ok(await Changed(process, ProcessRequest.ReadChange(await http.Request.ReadBody()), http, granary, policy));
    }

    private static async Task<IResult> Patch(string guid, HttpContext http, GranaryClient granary, ProcessLookup processes, TaskPolicy policy)
    {
        var process = await processes.Existing(guid, http.RequestAborted);
        return Reply.Ok(await Changed(process, ProcessRequest.ReadChange(await http.Request.ReadBody()), http, granary, policy));
    }

    private static async Task<IResult> ScaleOfApp(string guid, string type, HttpContext http, GranaryClient granary, ProcessLookup processes, TaskPolicy policy)
    {
        var process = await processes.Existing(await granary.GetApp(guid, http.RequestAborted), type, http.RequestAborted);
        return Reply.Accepted(await Changed(process, ProcessRequest.ReadScale(await http.Request.ReadBody()), http, granary, policy));
    }

    private static async Task<IResult> Scale(string guid, HttpContext http, GranaryClient granary, ProcessLookup processes, TaskPolicy policy)
    {
        var process = await processes.Existing(guid, http.RequestAborted);
        return Reply.Accepted(await Changed(process, ProcessRequest.ReadScale(await http.Request.ReadBody()), http, granary, policy));
    }

    private static async Task<IResult> Sidecars(string guid, HttpContext http, ProcessLookup processes)
    {
        _ = await processes.Existing(guid, http.RequestAborted);
        return Reply.Ok(Page.Empty(http.Request));
    }

    private static async Task<ProcessResponse> Changed(Process process, ProcessChange change, HttpContext http, GranaryClient granary, TaskPolicy policy) =>
        Shown(process with { App = await granary.ChangeProcess(process.App.Id, process.Type, change, http.RequestAborted) }, http, policy);

    private static ProcessResponse Shown(Process process, HttpContext http, TaskPolicy policy) => ProcessResponse.Of(process, policy, new Links(http.Request), http.SeesSecrets());
}
