using System.Security.Cryptography;
using System.Text;
using Granary.Api.Access;
using Granary.Api.Lists;
using Granary.Api.Wire;
using Granary.Core.Tasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Granary.Api.Builds;

/// <summary>A buildpack as Cloud Foundry shows it.</summary>
internal sealed record BuildpackResponse(string Guid, string Name, string State, string? Stack, int Position, string? Filename, bool Enabled, bool Locked, ShownMetadata Metadata, Dictionary<string, Link> Links);

/// <summary>A stack as Cloud Foundry shows it.</summary>
internal sealed record StackResponse(string Guid, string Name, string Description, ShownMetadata Metadata, Dictionary<string, Link> Links);

/// <summary>The buildpacks that are built in, and the one stack under all droplets: the operator's stack image.</summary>
internal static class BuildpackEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v3/buildpacks", Buildpacks).AsksToken();
        routes.MapGet("/v3/stacks", Stacks).AsksToken();
    }

    private static IResult Buildpacks(HttpContext http)
    {
        var list = ListRequest.Read(http.Request, ListShape.Buildpacks);
        var links = new Links(http.Request);
        var all = Core.Apps.Buildpacks.BuiltIn.Select((name, index) => new BuildpackResponse(GuidOf(name), name, "READY", null, index + 1, null, true, true, ShownMetadata.Of(Core.Apps.Metadata.Empty), Self(links, "buildpacks", name)));
        return Reply.Ok(Page.Of<BuildpackResponse>([.. all.Where(each => list.Matches(each.Name, each.Guid))], list, http.Request));
    }

    private static IResult Stacks(HttpContext http, TaskPolicy policy)
    {
        var list = ListRequest.Read(http.Request, ListShape.Small);
        var name = policy.StackImage;
        var stack = new StackResponse(GuidOf(name), name, "The image under every droplet", ShownMetadata.Of(Core.Apps.Metadata.Empty), Self(new Links(http.Request), "stacks", name));
        return Reply.Ok(Page.Of<StackResponse>(list.Matches(stack.Name, stack.Guid) ? [stack] : [], list, http.Request));
    }

    private static Dictionary<string, Link> Self(Links links, string kind, string name) => new() { ["self"] = links.To($"/v3/{kind}/{GuidOf(name)}") };

    /// <summary>They have no rows: the guid follows from the name, and is the same on every silo.</summary>
    private static string GuidOf(string name) => new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(name))[..16]).ToString("D");
}
