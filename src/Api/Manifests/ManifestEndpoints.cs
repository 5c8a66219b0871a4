using System.Collections.Immutable;
using Granary.Api.Access;
using Granary.Api.Errors;
using Granary.Api.Features;
using Granary.Api.Spaces;
using Granary.Api.Wire;
using Granary.Client;
using Granary.Core;
using Granary.Core.Access;
using Granary.Core.Apps;
using Granary.Core.Jobs;
using Granary.Core.Tasks;
using Granary.Grains.Ports;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Granary.Api.Manifests;

/// <summary>Manifests: several apps made and changed by one document (section 3.2).</summary>
internal static class ManifestEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v3/spaces/{guid}/actions/apply_manifest", Apply).Asks(Right.Develop, Thing.Space);
        routes.MapPost("/v3/spaces/{guid}/manifest_diff", Diff).Asks(Right.Develop, Thing.Space);
    }

    /// <summary>Every fault of every app is told before anything is made; what a race with another client then refuses fails the job.</summary>
    private static async Task<IResult> Apply(string guid, HttpContext http, GranaryClient granary, IDirectory directory, ManifestReader reader, FeatureGate gate, TaskPolicy policy)
    {
        var space = (await directory.GetSpace(guid, http.RequestAborted)).Guid;
        var changes = await Changes(await reader.Read(http), space, granary, policy, http.RequestAborted);
        if (changes.Any(each => each.App is null && each.Manifest.IsImage))
        {
            await gate.Demand(FeatureFlag.DiegoDocker, http);
        }

        Refusal? failure = null;
        try
        {
            foreach (var change in changes)
            {
                await Make(change, space, granary, http.RequestAborted);
            }
        }
        catch (RefusedException refused)
        {
            failure = refused.Refusal;
        }

        var job = new JobState { Operation = "space.apply_manifest", Failure = failure, Warnings = [.. changes.SelectMany(each => each.Manifest.Warnings)] };
        return Reply.Later(await granary.BeginJob(job, http.RequestAborted), new Links(http.Request));
    }

    private static async Task<IResult> Diff(string guid, HttpContext http, GranaryClient granary, IDirectory directory, ManifestReader reader, TaskPolicy policy)
    {
        var space = (await directory.GetSpace(guid, http.RequestAborted)).Guid;
        var changes = await Changes(await reader.Read(http), space, granary, policy, http.RequestAborted);
        return Reply.Created(new { Diff = changes.SelectMany((change, index) => ManifestDiff.Of(change.App, change.After, change.Manifest, index)) });
    }

    private static async Task Make(Change change, Guid space, GranaryClient granary, CancellationToken cancellation)
    {
        var app = change.App ?? await granary.CreateApp(change.Manifest.Name, change.Manifest.IsImage ? Lifecycle.Docker : Lifecycle.Bits, space, cancellation: cancellation);
        await granary.Edit(app.Id, change.Manifest.Edit, cancellation);
    }

    private static async Task<ImmutableArray<Change>> Changes(ImmutableArray<AppManifest> manifests, Guid space, GranaryClient granary, TaskPolicy policy, CancellationToken cancellation)
    {
        var changes = ImmutableArray.CreateBuilder<Change>();
        var buildpacks = await granary.BuildpackNames(policy, cancellation);
        var faults = new List<string>();
        foreach (var (index, manifest) in manifests.Index())
        {
            var app = manifest.Name.Length > 0 ? await granary.FindApp(manifest.Name, space, cancellation) : null;
            var (after, refused) = Outcome(manifest, app, space, buildpacks, policy);
            var isTwice = manifest.Name.Length > 0 && manifests.Take(index).Any(each => each.Name == manifest.Name);
            var who = manifest.Name.Length == 0 ? $"at index {index}" : $"'{manifest.Name}'";
            faults.AddRange(manifest.Faults.Concat(refused).Concat(isTwice ? ["Name must be unique within the manifest"] : []).Distinct().Select(fault => $"For application {who}: {fault}"));
            changes.Add(new Change(manifest, app, after));
        }

        return faults is [var first, .. var others]
            ? throw new CfException(CfError.Unprocessable(first) with { Further = [.. others] })
            : changes.ToImmutable();
    }

    /// <summary>What the rules make of it, asked before anything is made.</summary>
    private static (AppState After, IEnumerable<string> Faults) Outcome(AppManifest manifest, AppState? app, Guid space, ImmutableArray<string> buildpacks, TaskPolicy policy)
    {
        var lifecycle = manifest.IsImage ? Lifecycle.Docker : Lifecycle.Bits;
        var made = app is null && manifest.Name.Length > 0
            ? AppMachine.Decide(new AppState(), new AppEvent.Created(default, default, manifest.Name, space, lifecycle, Metadata.Empty))
            : null;
        var before = app ?? made?.Next ?? new AppState { Exists = true, Lifecycle = lifecycle };
        var edited = AppMachine.Decide(before.Exists ? before : before with { Exists = true }, new AppEvent.Edited(default, manifest.Edit, null, buildpacks));
        return (edited.Next,
        [
            .. made?.Refusal?.Details ?? [],
            .. edited.Refusal?.Details ?? [],
            .. manifest.Edit.Processes.SelectMany(each => ProcessRules.Faults(each.Value, policy).Select(fault => $"Process \"{each.Key}\": {fault}")),
            .. manifest.IsImage && before.Lifecycle == Lifecycle.Bits ? ["Docker cannot be configured for a buildpack lifecycle app."] : Array.Empty<string>(),
        ]);
    }

    /// <param name="App">Null if there is none of this name yet.</param>
    /// <param name="After">What it would be.</param>
    private sealed record Change(AppManifest Manifest, AppState? App, AppState After);
}
