using Granary.Api.Access;
using Granary.Api.Droplets;
using Granary.Api.Errors;
using Granary.Api.Features;
using Granary.Api.Lists;
using Granary.Api.Wire;
using Granary.Client;
using Granary.Core.Access;
using Granary.Core.Apps;
using Granary.Core.Jobs;
using Granary.Core.Tasks;
using Granary.Grains.Ports;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Granary.Api.Apps;

/// <summary>Apps, their environment and their current droplet.</summary>
internal static class AppEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v3/apps", List).AsksToken();
        routes.MapPost("/v3/apps", Create).AsksToken();
        routes.MapGet("/v3/apps/{guid}", Get).Asks(Right.SeeApps, Thing.App);
        routes.MapPatch("/v3/apps/{guid}", Patch).Asks(Right.Develop, Thing.App);
        routes.MapDelete("/v3/apps/{guid}", Delete).Asks(Right.Develop, Thing.App);
        routes.MapPost("/v3/apps/{guid}/actions/start", Start).Asks(Right.Operate, Thing.App);
        routes.MapPost("/v3/apps/{guid}/actions/stop", Stop).Asks(Right.Operate, Thing.App);
        routes.MapPost("/v3/apps/{guid}/actions/restart", Restart).Asks(Right.Operate, Thing.App);
        routes.MapGet("/v3/apps/{guid}/env", GetEnvironment).Asks(Right.SeeSecrets, Thing.App).GatedBy(FeatureFlag.EnvVarVisibility).GatedBy(FeatureFlag.SpaceDeveloperEnvVarVisibility);
        routes.MapGet("/v3/apps/{guid}/environment_variables", GetVariables).Asks(Right.SeeSecrets, Thing.App).GatedBy(FeatureFlag.EnvVarVisibility).GatedBy(FeatureFlag.SpaceDeveloperEnvVarVisibility);
        routes.MapPatch("/v3/apps/{guid}/environment_variables", PatchVariables).Asks(Right.Develop, Thing.App);
        routes.MapGet("/v3/apps/{guid}/relationships/current_droplet", GetCurrentDroplet).Asks(Right.SeeApps, Thing.App);
        routes.MapPatch("/v3/apps/{guid}/relationships/current_droplet", PatchCurrentDroplet).Asks(Right.Operate, Thing.App);
        routes.MapGet("/v3/apps/{guid}/droplets/current", GetDroplet).Asks(Right.SeeApps, Thing.App);
    }

    private static async Task<IResult> List(HttpContext http, GranaryClient granary, IDirectory directory)
    {
        var list = ListRequest.Read(http.Request, ListShape.Apps);
        var page = await list.Page(query => granary.Apps(query, http.RequestAborted), await http.Spaces(list, directory));
        var links = new Links(http.Request);
        return Reply.Ok(Page.Of(page, list, http.Request, app => AppResponse.Of(app, links)));
    }

    private static async Task<IResult> Create(HttpContext http, GranaryClient granary, Places places, TaskPolicy policy, FeatureGate gate)
    {
        var body = await http.Request.ReadBody();
        var place = await places.OfSpace(AppRequest.SpaceOf(body), http.RequestAborted);
        if (place is not null && !AccessRules.May(http.Visit().Caller, Right.SeeApps, place))
        {
            place = null;
        }

        var request = AppRequest.Read(body, place?.Space, await granary.BuildpackNames(policy, http.RequestAborted));
        http.Demand(Right.Develop, place!);
        if (request.Lifecycle == Lifecycle.Docker)
        {
            await gate.Demand(FeatureFlag.DiegoDocker, http);
        }

        var app = await granary.CreateApp(request.Name, request.Lifecycle, place!.Space, request.Metadata, request.Variables, buildpacks: request.Buildpacks, cancellation: http.RequestAborted);
        return Reply.Created(AppResponse.Of(app, new Links(http.Request)));
    }

    private static async Task<IResult> Get(string guid, HttpContext http, GranaryClient granary) =>
        Shown(await granary.GetApp(guid, http.RequestAborted), http);

    private static async Task<IResult> Patch(string guid, HttpContext http, GranaryClient granary, TaskPolicy policy)
    {
        var app = await granary.GetApp(guid, http.RequestAborted);
        var change = AppRequest.ReadChange(await http.Request.ReadBody(), app, await granary.BuildpackNames(policy, http.RequestAborted));
        return Shown(await granary.Edit(app.Id, change, http.RequestAborted), http);
    }

    /// <summary>The app is gone when its job is done: its tasks are cancelled and may take their time to end.</summary>
    private static async Task<IResult> Delete(string guid, HttpContext http, GranaryClient granary)
    {
        var app = await granary.Delete(Id(guid), http.RequestAborted);
        return Reply.Later(await granary.BeginJob(new JobState { Operation = "app.delete", Ends = app.Id }, http.RequestAborted), new Links(http.Request));
    }

    private static async Task<IResult> Start(string guid, HttpContext http, GranaryClient granary) => Shown(await granary.Start(Id(guid), http.RequestAborted), http);

    private static async Task<IResult> Stop(string guid, HttpContext http, GranaryClient granary) => Shown(await granary.Stop(Id(guid), http.RequestAborted), http);

    private static async Task<IResult> Restart(string guid, HttpContext http, GranaryClient granary) => Shown(await granary.Restart(Id(guid), http.RequestAborted), http);

    private static async Task<IResult> GetEnvironment(string guid, HttpContext http, GranaryClient granary, IQuotas quotas, TaskPolicy policy)
    {
        var app = await granary.GetApp(guid, http.RequestAborted);
        return Reply.Ok(EnvironmentResponse.Of(app, await quotas.Standing(app.Space, http.RequestAborted), policy));
    }

    private static async Task<IResult> GetVariables(string guid, HttpContext http, GranaryClient granary) =>
        Reply.Ok(VariablesResponse.Of(await granary.GetApp(guid, http.RequestAborted), new Links(http.Request)));

    private static async Task<IResult> PatchVariables(string guid, HttpContext http, GranaryClient granary)
    {
        var app = await granary.GetApp(guid, http.RequestAborted);
        var variables = AppRequest.ReadVariables(await http.Request.ReadBody());
        return Reply.Ok(VariablesResponse.Of(await granary.ChangeEnvironment(app.Id, variables, http.RequestAborted), new Links(http.Request)));
    }

    private static async Task<IResult> GetCurrentDroplet(string guid, HttpContext http, GranaryClient granary)
    {
        var app = await granary.GetApp(guid, http.RequestAborted);
        return app.CurrentDroplet is { } droplet
            ? Reply.Ok(CurrentDropletResponse.Of(app, droplet, new Links(http.Request)))
            : throw new CfException(CfError.NotFound("Droplet"));
    }

    private static async Task<IResult> PatchCurrentDroplet(string guid, HttpContext http, GranaryClient granary)
    {
        var app = await granary.GetApp(guid, http.RequestAborted);
        var named = AppRequest.ReadDroplet(await http.Request.ReadBody());
        // What is no guid is the guid of nothing.
        var droplet = new DropletId(Guid.TryParseExact(named, "D", out var parsed) ? parsed : Guid.Empty);
        return Reply.Ok(CurrentDropletResponse.Of(await granary.AssignDroplet(app.Id, droplet, http.RequestAborted), droplet, new Links(http.Request)));
    }

    private static async Task<IResult> GetDroplet(string guid, HttpContext http, GranaryClient granary)
    {
        var app = await granary.GetApp(guid, http.RequestAborted);
        return await granary.CurrentDroplet(app, http.RequestAborted) is { } droplet
            ? Reply.Ok(DropletResponse.Of(droplet, new Links(http.Request), http.SeesSecrets()))
            : throw new CfException(CfError.NotFound("Droplet"));
    }

    private static AppId Id(string guid) => new(Guids.Parse(guid, "App"));

    private static IResult Shown(AppState app, HttpContext http) => Reply.Ok(AppResponse.Of(app, new Links(http.Request)));
}
