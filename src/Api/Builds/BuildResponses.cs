using Granary.Api.Apps;
using Granary.Api.Wire;
using Granary.Core.Apps;

namespace Granary.Api.Builds;

internal sealed record Creator(string? Guid, string? Name, string? Email);

/// <summary>A build as Cloud Foundry shows it. It has the guid of the droplet that it makes.</summary>
/// <param name="StagingMemoryInMb">Null where nothing had to run; the same for the disk.</param>
internal sealed record BuildResponse(
    string Guid,
    string State,
    string? Error,
    int? StagingMemoryInMb,
    int? StagingDiskInMb,
    ShownLifecycle Lifecycle,
    ResourceGuid Package,
    ResourceGuid? Droplet,
    Creator CreatedBy,
    ShownMetadata Metadata,
    string CreatedAt,
    string UpdatedAt,
    OfApp Relationships,
    Dictionary<string, Link> Links)
{
    public static BuildResponse Of(DropletState droplet, Links links) => new(
        droplet.Id.ToString(),
        droplet.Phase.ToString().ToUpperInvariant(),
        droplet.Error,
        droplet.Staging?.Spec?.MemoryMb,
        droplet.Staging?.Spec?.DiskMb,
        ShownLifecycle.Of(droplet.Lifecycle, droplet.Buildpacks, droplet.Source?.Image ?? droplet.Staging?.Spec?.Source.Image),
        new ResourceGuid(droplet.Package.ToString()),
        droplet.Phase == DropletPhase.Staged ? new ResourceGuid(droplet.Id.ToString()) : null,
        new Creator(null, null, null),
        ShownMetadata.Of(droplet.Metadata),
        WireJson.Second(droplet.CreatedAt),
        WireJson.Second(droplet.UpdatedAt),
        OfApp.Of(droplet.App),
        new Dictionary<string, Link>
        {
            ["self"] = links.To($"/v3/builds/{droplet.Id}"),
            ["app"] = links.To($"/v3/apps/{droplet.App}"),
            ["droplet"] = links.To($"/v3/droplets/{droplet.Id}"),
        });
}
