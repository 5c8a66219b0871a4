using System.Collections.Immutable;
using Granary.Api.Access;
using Granary.Api.Apps;
using Granary.Api.Errors;
using Granary.Api.Wire;
using Granary.Client;
using Granary.Core;
using Granary.Core.Access;
using Granary.Core.Apps;
using Granary.Grains.Ports;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Granary.Api.Features;

/// <summary>A group of variables as Cloud Foundry shows it.</summary>
internal sealed record VariableGroupResponse(string? UpdatedAt, string Name, ImmutableSortedDictionary<string, string> Var, Dictionary<string, Link> Links)
{
    public static VariableGroupResponse Of(VariableGroup group, Links links) => new(
        group.UpdatedAt is { } at ? WireJson.Second(at) : null,
        group.Name,
        group.Variables,
        new Dictionary<string, Link> { ["self"] = links.To($"/v3/environment_variable_groups/{group.Name}") });
}

/// <summary>What operators give to the environments of all apps: everybody may look, admins change it. What runs keeps what it was started with.</summary>
internal static class VariableGroupEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v3/environment_variable_groups/{name}", Get).AsksToken();
        routes.MapPatch("/v3/environment_variable_groups/{name}", Patch).Asks(Authority.Admin);
    }

    private static async Task<IResult> Get(string name, HttpContext http, IVariableGroups groups) =>
        Reply.Ok(VariableGroupResponse.Of(await groups.Get(Named(name), http.RequestAborted), new Links(http.Request)));

    private static async Task<IResult> Patch(string name, HttpContext http, IVariableGroups groups)
    {
        var (group, faults) = await groups.Change(Named(name), AppRequest.ReadVariables(await http.Request.ReadBody()), http.RequestAborted);
        return faults.IsEmpty
            ? Reply.Ok(VariableGroupResponse.Of(group, new Links(http.Request)))
            : throw new RefusedException(new Refusal(RefusalReason.Invalid, faults));
    }

    private static string Named(string name) =>
        name is VariableGroup.Running or VariableGroup.Staging ? name : throw new CfException(CfError.NotFound("Environment variable group"));
}
