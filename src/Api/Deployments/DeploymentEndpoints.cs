using Granary.Api.Access;
using Granary.Api.Errors;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Granary.Api.Deployments;

/// <summary>Says that deployments are not here, rather than that nobody knows them.</summary>
internal static class DeploymentEndpoints
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/v3/deployments", Create).AsksToken();

    private static IResult Create(HttpContext http) =>
        throw new CfException(CfError.Unprocessable("Rolling deployments are not here yet, because there are no routes: push or restart without --strategy"));
}
