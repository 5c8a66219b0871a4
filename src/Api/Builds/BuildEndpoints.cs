using Granary.Api.Access;
using Granary.Api.Errors;
using Granary.Api.Wire;
using Granary.Client;
using Granary.Core.Access;
using Granary.Core.Apps;
using Granary.Core.Tasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Granary.Api.Builds;

/// <summary>Builds: a package becomes a droplet, within the call where no buildpack has to run.</summary>
internal static class BuildEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v3/builds", Create).WithMetadata(TimeAllowed.Upload).AsksToken();
        routes.MapGet("/v3/builds/{guid}", Get).Asks(Right.SeeApps, Thing.Build);
    }

    private static async Task<IResult> Create(HttpContext http, GranaryClient granary, Places places, TaskPolicy policy)
    {
        var request = BuildRequest.Read(await http.Request.ReadBody(), await granary.BuildpackNames(policy, http.RequestAborted));
        if (http.Visit().Caller is { IsAdmin: false } caller)
        {
            var place = await places.OfPackage(request.Package ?? "", http.RequestAborted);
            if (place is null || !AccessRules.May(caller, Right.SeeApps, place))
            {
                throw new CfException(CfError.Unprocessable("Unable to use package. Ensure that the package exists and you have access to it."));
            }

            http.Demand(Right.Operate, place);
        }

        // What is no guid is the guid of nothing.
        var package = new PackageId(Guid.TryParseExact(request.Package, "D", out var parsed) ? parsed : Guid.Empty);
        return Reply.Created(BuildResponse.Of(await granary.Stage(package, wish: request.Wish, cancellation: http.RequestAborted), new Links(http.Request)));
    }

    private static async Task<IResult> Get(string guid, HttpContext http, GranaryClient granary) =>
        Reply.Ok(BuildResponse.Of(await granary.GetBuild(guid, http.RequestAborted), new Links(http.Request)));
}
