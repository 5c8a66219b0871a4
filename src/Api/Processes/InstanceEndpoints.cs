using System.Globalization;
using Granary.Api.Access;
using Granary.Api.Errors;
using Granary.Api.Wire;
using Granary.Client;
using Granary.Core.Access;
using Granary.Core.Tasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Granary.Api.Processes;

/// <summary>The instances of a process: how they are, one of them with its story, and the restart of one.</summary>
internal static class InstanceEndpoints
{
    /// <summary>Who waits is asked about one by one; of more than these nobody reads why.</summary>
    private const int ReasonsMax = 16;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v3/processes/{guid}/stats", Stats).Asks(Right.SeeApps, Thing.Process);
        routes.MapGet("/v3/apps/{guid}/processes/{type}/stats", StatsOfApp).Asks(Right.SeeApps, Thing.App);
        routes.MapDelete("/v3/processes/{guid}/instances/{index}", Restart).Asks(Right.Operate, Thing.Process);
        routes.MapDelete("/v3/apps/{guid}/processes/{type}/instances/{index}", RestartOfApp).Asks(Right.Operate, Thing.App);
        routes.MapGet("/api/apps/{guid}/processes/{type}/instances/{index}", Story).Asks(Right.SeeApps, Thing.App);
    }

    private static async Task<IResult> Stats(string guid, HttpContext http, GranaryClient granary, ProcessLookup processes, TaskPolicy policy, TimeProvider clock) =>
        await Shown(await processes.Existing(guid, http.RequestAborted), granary, policy, clock, http.RequestAborted);

    private static async Task<IResult> StatsOfApp(string guid, string type, HttpContext http, GranaryClient granary, ProcessLookup processes, TaskPolicy policy, TimeProvider clock) =>
        await Shown(await processes.Existing(await granary.GetApp(guid, http.RequestAborted), type, http.RequestAborted), granary, policy, clock, http.RequestAborted);

    private static async Task<IResult> Restart(string guid, string index, HttpContext http, GranaryClient granary, ProcessLookup processes)
    {
        var process = await processes.Existing(guid, http.RequestAborted);
        await granary.RestartInstance(process.App.Id, process.Type, Index(index), http.RequestAborted);
        return Results.NoContent();
    }

    private static async Task<IResult> RestartOfApp(string guid, string type, string index, HttpContext http, GranaryClient granary, ProcessLookup processes)
    {
        var process = await processes.Existing(await granary.GetApp(guid, http.RequestAborted), type, http.RequestAborted);
        await granary.RestartInstance(process.App.Id, process.Type, Index(index), http.RequestAborted);
        return Results.NoContent();
    }

    private static async Task<IResult> Story(string guid, string type, string index, HttpContext http, GranaryClient granary)
    {
        var app = await granary.GetApp(guid, http.RequestAborted);
        var instance = await granary.FindInstance(app.Id, type, Index(index), http.RequestAborted) ?? throw NotFound();
        var why = instance.IsWaiting ? await granary.WhyWaiting(instance.Id, http.RequestAborted) : null;
        return Reply.Ok(InstanceStoryResponse.Of(instance, why, http.SeesSecrets()));
    }

    private static async Task<IResult> Shown(Process process, GranaryClient granary, TaskPolicy policy, TimeProvider clock, CancellationToken cancellation)
    {
        var known = (await granary.Instances(process.App.Id, process.Type, cancellation)).ToDictionary(each => each.Index);
        var reasons = new Dictionary<int, string?>();
        foreach (var waiting in known.Values.Where(each => each.IsWaiting).OrderBy(each => each.Index).Take(ReasonsMax))
        {
            reasons[waiting.Index] = await granary.WhyWaiting(waiting.Id, cancellation);
        }

        // Those that are not wanted any more are shown for as long as they run.
        var count = Math.Max(process.Instances, known.Values.Where(each => each.HoldsCell).Select(each => each.Index + 1).DefaultIfEmpty().Max());
        var usage = await granary.Usage(known.Values, cancellation);
        var now = clock.GetUtcNow();
        return Reply.Ok(new { Resources = Enumerable.Range(0, count).Select(Stats).ToArray() });

        InstanceStats Stats(int index) =>
            known.GetValueOrDefault(index) is { } instance
                ? InstanceStats.Of(process, index, instance, reasons.GetValueOrDefault(index), usage.GetValueOrDefault(instance.Key), policy, now)
                : InstanceStats.Of(process, index, null, null, null, policy, now);
    }

    private static int Index(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : throw NotFound();

    private static CfException NotFound() => new(CfError.NotFound("Instance"));
}
