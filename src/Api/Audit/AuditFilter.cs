using System.Collections.Frozen;
using Granary.Api.Apps;
using Granary.Api.Builds;
using Granary.Api.Droplets;
using Granary.Api.Packages;
using Granary.Api.Processes;
using Granary.Api.Tasks;
using Granary.Client;
using Granary.Core.Apps;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Granary.Api.Audit;

/// <summary>
/// Knows which requests are written down (section 1.13 and Cloud Foundry's list of events), and writes down those that were answered with success. Which
/// app it was done to, the answer or the path says. Manifests do so themselves, app by app.
/// </summary>
internal sealed class AuditFilter(AuditTrail trail, GranaryClient granary) : IEndpointFilter
{
    private const string Hidden = "[PRIVATE DATA HIDDEN]";
    private const string Deletion = "app.delete-request";

    private static readonly FrozenDictionary<string, string> Types = new Dictionary<string, string>
    {
        ["POST /v3/apps"] = "app.create",
        ["PATCH /v3/apps/{guid}"] = "app.update",
        ["PATCH /v3/apps/{guid}/environment_variables"] = "app.update",
        ["DELETE /v3/apps/{guid}"] = Deletion,
        ["POST /v3/apps/{guid}/actions/start"] = "app.start",
        ["POST /v3/apps/{guid}/actions/stop"] = "app.stop",
        ["POST /v3/apps/{guid}/actions/restart"] = "app.restart",
        ["PATCH /v3/apps/{guid}/relationships/current_droplet"] = "app.droplet.mapped",
        ["PATCH /v3/processes/{guid}"] = "app.process.update",
        ["PATCH /v3/apps/{guid}/processes/{type}"] = "app.process.update",
        ["POST /v3/processes/{guid}/actions/scale"] = "app.process.scale",
        ["POST /v3/apps/{guid}/processes/{type}/actions/scale"] = "app.process.scale",
        ["DELETE /v3/processes/{guid}/instances/{index}"] = "app.process.terminate_instance",
        ["DELETE /v3/apps/{guid}/processes/{type}/instances/{index}"] = "app.process.terminate_instance",
        ["POST /v3/packages"] = "app.package.create",
        ["POST /v3/packages/{guid}/upload"] = "app.package.upload",
        ["POST /v3/builds"] = "app.build.create",
        ["POST /v3/droplets"] = "app.droplet.create",
        ["POST /v3/droplets/{guid}/upload"] = "app.droplet.upload",
        ["POST /v3/apps/{guid}/tasks"] = "app.task.create",
        ["POST /v3/tasks/{guid}/actions/cancel"] = "app.task.cancel",
        ["PUT /v3/tasks/{guid}/cancel"] = "app.task.cancel",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var type = http.GetEndpoint() is RouteEndpoint endpoint ? Types.GetValueOrDefault($"{http.Request.Method} {endpoint.RoutePattern.RawText}") : null;
        var leaving = type == Deletion && Guid.TryParse((string?)http.GetRouteValue("guid"), out var guid)
            ? await granary.FindApp(new AppId(guid), http.RequestAborted) // Afterwards it may be gone.
            : null;
        var result = await next(context);
        var answer = (result as IValueHttpResult)?.Value;
        if (type is not null && (leaving ?? await granary.FindApp(AppOf(answer, http), http.RequestAborted)) is { } app)
        {
            await trail.Record(http, type, app, DataOf(answer, http));
        }

        return result;
    }

    /// <summary>A path that names an app, or a process, unless the answer says which.</summary>
    private static AppId AppOf(object? answer, HttpContext http) => AppProcesses.AppOf(answer switch
    {
        AppResponse app => app.Guid,
        TaskResponse task => task.Relationships.App.Data.Guid,
        PackageResponse package => package.Relationships.App.Data.Guid,
        BuildResponse build => build.Relationships.App.Data.Guid,
        DropletResponse droplet => droplet.Relationships.App.Data.Guid,
        ProcessResponse process => process.Relationships.App.Data.Guid,
        _ => (string)http.GetRouteValue("guid")!,
    })!.Value;

    private static object? DataOf(object? answer, HttpContext http) => answer switch
    {
        TaskResponse task => new { TaskGuid = task.Guid, Request = new { task.Name, task.MemoryInMb, Command = Hidden } },
        ProcessResponse process => new { ProcessGuid = process.Guid, ProcessType = process.Type, Request = new { process.Instances, process.MemoryInMb, process.DiskInMb } },
        PackageResponse package => new { PackageGuid = package.Guid },
        BuildResponse build => new { BuildGuid = build.Guid, PackageGuid = build.Package.Guid },
        DropletResponse droplet => new { DropletGuid = droplet.Guid },
        VariablesResponse => new { Request = new { EnvironmentVariables = Hidden } },
        CurrentDropletResponse droplet => new { Request = new { DropletGuid = droplet.Data.Guid } },
        _ when http.GetRouteValue("index") is string index => new { ProcessType = http.GetRouteValue("type") ?? AppProcesses.TypeOf((string)http.GetRouteValue("guid")!), ProcessIndex = index },
        _ => null,
    };
}
