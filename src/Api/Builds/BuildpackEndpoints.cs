using Granary.Api.Access;
using Granary.Api.Errors;
using Granary.Api.Lists;
using Granary.Api.Packages;
using Granary.Api.Wire;
using Granary.Client;
using Granary.Core;
using Granary.Core.Access;
using Granary.Core.Builds;
using Granary.Core.Jobs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Granary.Api.Builds;

/// <summary>Buildpacks, which admins add as zips. Everybody may look.</summary>
internal static class BuildpackEndpoints
{
    /// <summary>What is said before every fault of an upload, as in Cloud Foundry.</summary>
    private const string Invalid = "Uploaded buildpack file is invalid: ";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v3/buildpacks", List).AsksToken();
        routes.MapPost("/v3/buildpacks", Create).Asks(Authority.Admin);
        routes.MapGet("/v3/buildpacks/{guid}", Get).AsksToken();
        routes.MapPatch("/v3/buildpacks/{guid}", Patch).Asks(Authority.Admin);
        routes.MapDelete("/v3/buildpacks/{guid}", Delete).Asks(Authority.Admin);
        routes.MapPost("/v3/buildpacks/{guid}/upload", Upload).WithMetadata(TimeAllowed.Upload).Asks(Authority.Admin);
    }

    private static async Task<IResult> List(HttpContext http, GranaryClient granary)
    {
        var list = ListRequest.Read(http.Request, ListShape.Buildpacks);
        var shelf = await granary.Buildpacks(http.RequestAborted);
        var links = new Links(http.Request);
        return Reply.Ok(SmallList.Of(
            shelf.All.Where(each => list.Stacks?.Contains(each.Stack ?? "") != false),
            each => new Listed(each.Id.Value, each.Name, each.CreatedAt, each.UpdatedAt, each.Metadata, shelf.PositionOf(each.Id)),
            list,
            http.Request,
            each => BuildpackResponse.Of(shelf, each, links)));
    }

    private static async Task<IResult> Create(HttpContext http, GranaryClient granary)
    {
        var id = new BuildpackId(Guid.NewGuid());
        var shelf = await granary.CreateBuildpack(id, BuildpackRequest.Read(await http.Request.ReadBody()), http.RequestAborted);
        return Reply.Created(Shown(shelf, id, http));
    }

    private static async Task<IResult> Get(string guid, HttpContext http, GranaryClient granary) => Reply.Ok(Shown(await granary.Buildpacks(http.RequestAborted), Id(guid), http));

    private static async Task<IResult> Patch(string guid, HttpContext http, GranaryClient granary)
    {
        _ = Shown(await granary.Buildpacks(http.RequestAborted), Id(guid), http); // What is not there is said before what is wrong with the body.
        var change = BuildpackRequest.ReadChange(await http.Request.ReadBody());
        return Reply.Ok(Shown(await granary.ChangeBuildpack(Id(guid), change, http.RequestAborted), Id(guid), http));
    }

    private static async Task<IResult> Delete(string guid, HttpContext http, GranaryClient granary)
    {
        await granary.RemoveBuildpack(Id(guid), http.RequestAborted);
        return Reply.Later(await granary.BeginJob(new JobState { Operation = "buildpack.delete" }, http.RequestAborted), new Links(http.Request));
    }

    /// <summary>What is wrong with the zip itself is told by the job, as in Cloud Foundry.</summary>
    private static async Task<IResult> Upload(string guid, HttpContext http, GranaryClient granary, UploadReader reader)
    {
        var before = await granary.Buildpacks(http.RequestAborted);
        _ = Shown(before, Id(guid), http);
        if (before.Find(Id(guid)) is { IsLocked: true })
        {
            throw new RefusedException(BuildpackMachine.Locked);
        }

        Refusal? failure = null;
        try
        {
            await reader.Read(http, (bits, name) => granary.UploadBuildpack(Id(guid), ZipName(name), bits, http.RequestAborted), $"{Invalid}A buildpack zip file must be uploaded as 'bits'");
        }
        catch (RefusedException refused) when (refused.Refusal.Reason == RefusalReason.Unreadable)
        {
            failure = new Refusal(RefusalReason.Unreadable, $"{Invalid}{refused.Refusal.Detail}");
        }

        var job = await granary.BeginJob(new JobState { Operation = "buildpack.upload", Failure = failure }, http.RequestAborted);
        return Reply.Later(Shown(await granary.Buildpacks(http.RequestAborted), Id(guid), http), job, http);
    }

    private static string ZipName(string? name) =>
        string.IsNullOrEmpty(name) ? throw new CfException(CfError.Unprocessable($"{Invalid}A buildpack zip file must be uploaded as 'bits'"))
        : Path.GetFileName(name) is { Length: <= Limits.NameLength } file && file.EndsWith(".zip", StringComparison.Ordinal) ? file
        : throw new CfException(CfError.Unprocessable($"{Invalid}{name} is not a zip"));

    private static BuildpackId Id(string guid) => new(Guids.Parse(guid, "Buildpack"));

    private static BuildpackResponse Shown(BuildpackShelf shelf, BuildpackId id, HttpContext http) =>
        shelf.Find(id) is { } found ? BuildpackResponse.Of(shelf, found, new Links(http.Request)) : throw new RefusedException(BuildpackMachine.NotFound);
}
