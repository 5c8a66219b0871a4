using Granary.Api.Access;
using Granary.Api.Errors;
using Granary.Api.Features;
using Granary.Api.Lists;
using Granary.Api.Processes;
using Granary.Api.Wire;
using Granary.Client;
using Granary.Core.Access;
using Granary.Core.Apps;
using Granary.Core.Tasks;
using Granary.Grains.Ports;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Granary.Api.Tasks;

/// <summary>Tasks (section 1.1).</summary>
internal static class TaskEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v3/apps/{guid}/tasks", Create).Asks(Right.Develop, Thing.App).GatedBy(FeatureFlag.TaskCreation);
        routes.MapGet("/v3/apps/{guid}/tasks", ListOfApp).Asks(Right.SeeApps, Thing.App);
        routes.MapGet("/v3/tasks", List).AsksToken();
        routes.MapGet("/v3/tasks/{guid}", Get).Asks(Right.SeeApps, Thing.Task);
        routes.MapPatch("/v3/tasks/{guid}", Patch).Asks(Right.Develop, Thing.Task);
        routes.MapPost("/v3/tasks/{guid}/actions/cancel", Cancel).Asks(Right.Operate, Thing.Task);
        routes.MapPut("/v3/tasks/{guid}/cancel", Cancel).Asks(Right.Operate, Thing.Task); // Deprecated, and the one that every cf uses.
    }

    private static async Task<IResult> Create(string guid, HttpContext http, GranaryClient granary, ProcessLookup processes, Places places)
    {
        var app = await granary.GetApp(guid, http.RequestAborted);
        var request = TaskRequest.Read(await http.Request.ReadBody());
        var submission = await WithTemplate(request, app.Id, processes, places, http);
        var task = await granary.Run(app.Id, submission, request.Id, http.RequestAborted);
        return Reply.Accepted(TaskResponse.Of(task, new Links(http.Request)));
    }

    private static async Task<IResult> ListOfApp(string guid, HttpContext http, GranaryClient granary)
    {
        var app = await granary.GetApp(guid, http.RequestAborted);
        var list = ListRequest.Read(http.Request, ListShape.TasksOfApp);
        var page = await list.Page(query => granary.Tasks(query, http.RequestAborted), query => query with { Apps = [app.Id.Value] });
        var links = new Links(http.Request);
        return Reply.Ok(Page.Of(page, list, http.Request, task => TaskResponse.Of(task, links, http.SeesSecrets())));
    }

    private static async Task<IResult> List(HttpContext http, GranaryClient granary, IDirectory directory)
    {
        var list = ListRequest.Read(http.Request, ListShape.Tasks);
        var page = await list.Page(query => granary.Tasks(query, http.RequestAborted), await http.Spaces(list, directory));
        var links = new Links(http.Request);
        return Reply.Ok(Page.Of(page, list, http.Request, task => TaskResponse.Of(task, links, showsCommand: false)));
    }

    private static async Task<IResult> Get(string guid, HttpContext http, GranaryClient granary) =>
        Reply.Ok(TaskResponse.Of(await granary.GetTask(guid, http.RequestAborted), new Links(http.Request), http.SeesSecrets()));

    private static async Task<IResult> Patch(string guid, HttpContext http, GranaryClient granary)
    {
        var task = await granary.GetTask(guid, http.RequestAborted);
        var change = TaskRequest.ReadChange(await http.Request.ReadBody());
        return Reply.Ok(TaskResponse.Of(await granary.ChangeMetadata(task.Id, change.Labels, change.Annotations, http.RequestAborted), new Links(http.Request)));
    }

    private static async Task<IResult> Cancel(string guid, HttpContext http, GranaryClient granary) =>
        Reply.Accepted(TaskResponse.Of(await granary.Cancel(new TaskId(Guids.Parse(guid, "Task")), http.RequestAborted), new Links(http.Request), http.SeesSecrets()));

    /// <summary>A template of the same app is resolved by the rules, against the task's own droplet; one of another app, whose commands the caller may see, gives its command and sizes.</summary>
    private static async Task<TaskSubmission> WithTemplate(TaskRequest request, AppId app, ProcessLookup processes, Places places, HttpContext http)
    {
        if (request.Template is not { } template)
        {
            return request.Submission;
        }

        if (await processes.Find(template, http.RequestAborted) is not { } process || !(process.App.Id == app || await SeesSecrets(process.App.Id, places, http)))
        {
            // Faults of the body come first; the rules must not find the command missing on top of them.
            return request.Submission.Unreadable.IsEmpty
                ? throw new CfException(CfError.TemplateNotFound(template))
                : request.Submission with { Command = request.Submission.Command ?? "(template)" };
        }

        return process.App.Id == app
            ? request.Submission with { TemplateProcess = process.Type }
            : request.Submission with
            {
                Command = request.Submission.Command ?? process.Command ?? "",
                MemoryMb = request.Submission.MemoryMb ?? process.Settings.MemoryMb,
                DiskMb = request.Submission.DiskMb ?? process.Settings.DiskMb,
                LogBytesPerSecond = request.Submission.LogBytesPerSecond ?? process.Settings.LogBytesPerSecond,
            };
    }

    private static async Task<bool> SeesSecrets(AppId app, Places places, HttpContext http) =>
        http.Visit().Caller is { IsAdmin: true } || (await places.OfApp(app, http.RequestAborted) is { } place && AccessRules.May(http.Visit().Caller, Right.SeeSecrets, place));
}
