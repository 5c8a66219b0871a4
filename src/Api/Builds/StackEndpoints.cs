using Granary.Api.Access;
using Granary.Api.Lists;
using Granary.Api.Wire;
using Granary.Core;
using Granary.Core.Tasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Granary.Api.Builds;

/// <summary>A stack as Cloud Foundry shows it.</summary>
internal sealed record StackResponse(string Guid, string Name, string Description, ShownMetadata Metadata, Dictionary<string, Link> Links);

/// <summary>The one stack under all droplets: the operator's stack image.</summary>
internal static class StackEndpoints
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/v3/stacks", List).AsksToken();

    private static IResult List(HttpContext http, TaskPolicy policy)
    {
        var list = ListRequest.Read(http.Request, ListShape.Small);
        var name = policy.StackImage;
        var guid = NamedGuid.Of(name).ToString("D"); // It has no row.
        var stack = new StackResponse(guid, name, "The image under every droplet", ShownMetadata.Of(Core.Apps.Metadata.Empty), new() { ["self"] = new Links(http.Request).To($"/v3/stacks/{guid}") });
        return Reply.Ok(Page.Of<StackResponse>(list.Matches(stack.Name, stack.Guid) ? [stack] : [], list, http.Request));
    }
}
