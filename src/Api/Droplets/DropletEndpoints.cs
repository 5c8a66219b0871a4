using Granary.Api.Access;
using Granary.Api.Errors;
using Granary.Api.Features;
using Granary.Api.Lists;
using Granary.Api.Packages;
using Granary.Api.Wire;
using Granary.Client;
using Granary.Core;
using Granary.Core.Access;
using Granary.Core.Apps;
using Granary.Core.Builds;
using Granary.Core.Jobs;
using Granary.Grains.Ports;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Granary.Api.Droplets;

/// <summary>Droplets, which builds make.</summary>
internal static class DropletEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v3/droplets", List).AsksToken();
        routes.MapPost("/v3/droplets", Create).AsksToken();
        routes.MapPost("/v3/droplets/{guid}/upload", Upload).WithMetadata(TimeAllowed.Upload).Asks(Right.Develop, Thing.Droplet).GatedBy(FeatureFlag.AppBitsUpload);
        routes.MapGet("/v3/droplets/{guid}", Get).Asks(Right.SeeApps, Thing.Droplet);
        routes.MapGet("/v3/droplets/{guid}/download", Download).WithMetadata(TimeAllowed.Upload).Asks(Right.SeeSecrets, Thing.Droplet);
        routes.MapGet("/v3/apps/{guid}/droplets", ListOfApp).Asks(Right.SeeApps, Thing.App);
        routes.MapGet("/v3/packages/{guid}/droplets", ListOfPackage).Asks(Right.SeeApps, Thing.Package);
    }

    private static async Task<IResult> List(HttpContext http, GranaryClient granary, IDirectory directory)
    {
        var list = ListRequest.Read(http.Request, ListShape.PackagesOrDroplets);
        var page = await list.Page(query => granary.Droplets(query, http.RequestAborted), await http.Spaces(list, directory));
        var links = new Links(http.Request);
        return Reply.Ok(Page.Of(page, list, http.Request, droplet => DropletResponse.Of(droplet, links, showsCommands: false)));
    }

    private static async Task<IResult> Create(HttpContext http, GranaryClient granary, Places places)
    {
        var request = DropletRequest.Read(await http.Request.ReadBody());
        await http.DemandApp(request.App, places);
        var droplet = await granary.CreateDroplet(new AppId(Guid.ParseExact(request.App, "D")), request.ProcessTypes, cancellation: http.RequestAborted);
        return Reply.Created(DropletResponse.Of(droplet, new Links(http.Request)));
    }

    /// <summary>What is wrong with the file itself is told by the job.</summary>
    private static async Task<IResult> Upload(string guid, HttpContext http, GranaryClient granary, UploadReader reader)
    {
        var before = await granary.GetDroplet(guid, http.RequestAborted);
        if (before.Phase != DropletPhase.AwaitingUpload)
        {
            throw new RefusedException(BuildMachine.IsThere);
        }

        var droplet = await reader.Read(http, (bits, _) => granary.UploadDroplet(before.Id, bits, http.RequestAborted), "A droplet tgz file must be uploaded as 'bits'");
        var failure = droplet.Error is { } error ? new Refusal(RefusalReason.Unreadable, error) : null;
        return Reply.Later(DropletResponse.Of(droplet, new Links(http.Request)), await granary.BeginJob(new JobState { Operation = "droplet.upload", Failure = failure }, http.RequestAborted), http);
    }

    private static async Task<IResult> Get(string guid, HttpContext http, GranaryClient granary) =>
        Reply.Ok(DropletResponse.Of(await granary.GetDroplet(guid, http.RequestAborted), new Links(http.Request), http.SeesSecrets()));

    private static async Task<IResult> Download(string guid, HttpContext http, GranaryClient granary, IDropletFiles files) => await granary.GetDroplet(guid, http.RequestAborted) switch
    {
        { Phase: not DropletPhase.Staged } => throw new CfException(CfError.Unprocessable("Only staged droplets can be downloaded.")),
        { Source: { DropletDigest: not null } source } => Results.Stream(target => files.Write(source, target, http.RequestAborted), "application/gzip", $"droplet_{guid}.tgz"),
        _ => throw new CfException(CfError.Unprocessable("Cannot download droplets with 'docker' lifecycle.")),
    };

    /// <summary>An app has few droplets, so those of one of its packages are picked here.</summary>
    private static async Task<IResult> ListOfPackage(string guid, HttpContext http, GranaryClient granary)
    {
        var package = await granary.GetPackage(guid, http.RequestAborted);
        var list = ListRequest.Read(http.Request, ListShape.DropletsOfPackage);
        var all = await list.Page(query => granary.Droplets(query, http.RequestAborted), query => query with { Apps = [package.App.Value], Page = 1, PerPage = ListRequest.PerPageMax });
        var links = new Links(http.Request);
        return Reply.Ok(Page.Of<DropletResponse>([.. all.Items.Where(each => each.Package == package.Id).Select(each => DropletResponse.Of(each, links, showsCommands: false))], list, http.Request));
    }

    private static async Task<IResult> ListOfApp(string guid, HttpContext http, GranaryClient granary)
    {
        var app = await granary.GetApp(guid, http.RequestAborted);
        var list = ListRequest.Read(http.Request, ListShape.PackagesOrDropletsOfApp);
        var page = await list.Page(query => granary.Droplets(query, http.RequestAborted), query => query with { Apps = [app.Id.Value] });
        var links = new Links(http.Request);
        return Reply.Ok(Page.Of(page, list, http.Request, droplet => DropletResponse.Of(droplet, links, showsCommands: false)));
    }
}
