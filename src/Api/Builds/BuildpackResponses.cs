using Granary.Api.Wire;
using Granary.Core.Builds;

namespace Granary.Api.Builds;

/// <summary>A buildpack as Cloud Foundry shows it.</summary>
internal sealed record BuildpackResponse(
    string Guid,
    string CreatedAt,
    string UpdatedAt,
    string Name,
    string State,
    string? Filename,
    string? Stack,
    int Position,
    bool Enabled,
    bool Locked,
    ShownMetadata Metadata,
    Dictionary<string, Link> Links)
{
    public static BuildpackResponse Of(BuildpackShelf shelf, BuildpackState buildpack, Links links) => new(
        buildpack.Id.ToString(),
        WireJson.Second(buildpack.CreatedAt),
        WireJson.Second(buildpack.UpdatedAt),
        buildpack.Name,
        buildpack.IsReady ? "READY" : "AWAITING_UPLOAD",
        buildpack.FileName,
        buildpack.Stack,
        shelf.PositionOf(buildpack.Id),
        buildpack.IsEnabled,
        buildpack.IsLocked,
        ShownMetadata.Of(buildpack.Metadata),
        new Dictionary<string, Link>
        {
            ["self"] = links.To($"/v3/buildpacks/{buildpack.Id}"),
            ["upload"] = links.To($"/v3/buildpacks/{buildpack.Id}/upload", "POST"),
        });
}
