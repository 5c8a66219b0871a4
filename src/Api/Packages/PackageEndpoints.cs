using Granary.Api.Access;
using Granary.Api.Errors;
using Granary.Api.Features;
using Granary.Api.Lists;
using Granary.Api.Wire;
using Granary.Client;
using Granary.Core.Access;
using Granary.Core.Apps;
using Granary.Grains.Ports;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Granary.Api.Packages;

/// <summary>Packages: what apps are made from.</summary>
internal static class PackageEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v3/packages", List).AsksToken();
        routes.MapPost("/v3/packages", Create).AsksToken();
        routes.MapGet("/v3/packages/{guid}", Get).Asks(Right.SeeApps, Thing.Package);
        routes.MapGet("/v3/packages/{guid}/download", Download).WithMetadata(TimeAllowed.Upload).Asks(Right.SeeSecrets, Thing.Package);
        routes.MapPost("/v3/packages/{guid}/upload", Upload).WithMetadata(TimeAllowed.Upload).Asks(Right.Develop, Thing.Package).GatedBy(FeatureFlag.AppBitsUpload);
        routes.MapGet("/v3/apps/{guid}/packages", ListOfApp).Asks(Right.SeeApps, Thing.App);
        routes.MapPost("/v3/resource_matches", (Delegate)Match).AsksToken();
    }

    private static async Task<IResult> List(HttpContext http, GranaryClient granary, IDirectory directory)
    {
        var list = ListRequest.Read(http.Request, ListShape.PackagesOrDroplets);
        var page = await list.Page(query => granary.Packages(query, http.RequestAborted), await http.Spaces(list, directory));
        var links = new Links(http.Request);
        return Reply.Ok(Page.Of(page, list, http.Request, package => PackageResponse.Of(package, links)));
    }

    private static async Task<IResult> ListOfApp(string guid, HttpContext http, GranaryClient granary)
    {
        var app = await granary.GetApp(guid, http.RequestAborted);
        var list = ListRequest.Read(http.Request, ListShape.PackagesOrDropletsOfApp);
        var page = await list.Page(query => granary.Packages(query, http.RequestAborted), query => query with { Apps = [app.Id.Value] });
        var links = new Links(http.Request);
        return Reply.Ok(Page.Of(page, list, http.Request, package => PackageResponse.Of(package, links)));
    }

    private static async Task<IResult> Create(HttpContext http, GranaryClient granary, Places places, FeatureGate gate)
    {
        if (http.Request.Query["source_guid"].ToString() is { Length: > 0 } source)
        {
            return await Copy(source, http, granary, places);
        }

        var request = PackageRequest.Read(await http.Request.ReadBody());
        await http.DemandApp(request.App, places);
        if (request.Lifecycle == Lifecycle.Docker)
        {
            await gate.Demand(FeatureFlag.DiegoDocker, http);
        }

        var package = await granary.CreatePackage(new AppId(Guid.ParseExact(request.App, "D")), request.Lifecycle, request.Image, login: request.Login, cancellation: http.RequestAborted);
        return Reply.Created(PackageResponse.Of(package, new Links(http.Request)));
    }

    private static async Task<IResult> Copy(string source, HttpContext http, GranaryClient granary, Places places)
    {
        var request = CopyRequest.Read(await http.Request.ReadBody());
        await http.DemandApp(request.App, places);
        if (await places.OfPackage(source, http.RequestAborted) is not { } place || !AccessRules.May(http.Visit().Caller, Right.SeeApps, place))
        {
            throw new CfException(CfError.Unprocessable("Source package is invalid. Ensure it exists and you have access to it."));
        }

        http.Demand(Right.SeeSecrets, place);
        var package = await granary.CopyPackage(new AppId(Guid.ParseExact(request.App, "D")), new PackageId(Guid.ParseExact(source, "D")), cancellation: http.RequestAborted);
        return Reply.Created(PackageResponse.Of(package, new Links(http.Request)));
    }

    private static async Task<IResult> Download(string guid, HttpContext http, GranaryClient granary, IBlobStore blobs) => await granary.GetPackage(guid, http.RequestAborted) switch
    {
        { Lifecycle: Lifecycle.Docker } => throw new CfException(CfError.Unprocessable("Package type must be bits.")),
        { Phase: PackagePhase.Ready, Digest: { } digest } => Results.Stream(await blobs.Open(digest, http.RequestAborted), "application/zip"),
        _ => throw new CfException(CfError.Unprocessable("Package has no bits to download.")),
    };

    private static async Task<IResult> Get(string guid, HttpContext http, GranaryClient granary) =>
        Reply.Ok(PackageResponse.Of(await granary.GetPackage(guid, http.RequestAborted), new Links(http.Request)));

    private static async Task<IResult> Upload(string guid, HttpContext http, GranaryClient granary, UploadReader reader)
    {
        var package = await granary.GetPackage(guid, http.RequestAborted);
        if (package.Lifecycle == Lifecycle.Docker)
        {
            throw new CfException(CfError.Unprocessable("Package type must be bits."));
        }

        if (package.Phase is not (PackagePhase.AwaitingUpload or PackagePhase.ProcessingUpload))
        {
            throw new CfException(CfError.AlreadyUploaded());
        }

        var uploaded = await reader.Read(http, (bits, _) => granary.Upload(package.Id, bits, http.RequestAborted));
        return Reply.Ok(PackageResponse.Of(uploaded, new Links(http.Request)));
    }

    /// <summary>Nothing is matched: every file is uploaded. Cloud Foundry's clients take that from any server.</summary>
    private static async Task<IResult> Match(HttpContext http)
    {
        var body = await http.Request.ReadBody();
        if (body.Value("resources") is not { ValueKind: System.Text.Json.JsonValueKind.Array } resources || resources.GetArrayLength() == 0)
        {
            body.Fault("Resources must be an array that is not empty");
        }

        body.ThrowIfFaulty();
        return Reply.Created(new { Resources = Array.Empty<object>() });
    }
}
