using System.Collections.Immutable;
using Granary.Api.Apps;
using Granary.Api.Processes;
using Granary.Api.Wire;
using Granary.Core.Apps;
using Granary.Core.Builds;

namespace Granary.Api.Droplets;

internal sealed record Checksum(string Type, string Value);

internal sealed record ShownBuildpack(string Name, string? DetectOutput, string? Version, string? BuildpackName);

/// <summary>A droplet as Cloud Foundry shows it.</summary>
/// <param name="Stack">The image under the bits; null for an app that is an image itself.</param>
internal sealed record DropletResponse(
    string Guid,
    string State,
    string? Error,
    ShownLifecycle Lifecycle,
    string ExecutionMetadata,
    IReadOnlyDictionary<string, string> ProcessTypes,
    Checksum? Checksum,
    IReadOnlyList<ShownBuildpack> Buildpacks,
    string? Stack,
    string? Image,
    ShownMetadata Metadata,
    string CreatedAt,
    string UpdatedAt,
    OfApp Relationships,
    Dictionary<string, Link> Links)
{
    public static DropletResponse Of(DropletState droplet, Links links, bool showsCommands = true)
    {
        var isImage = droplet.Lifecycle == Core.Apps.Lifecycle.Docker;
        var self = $"/v3/droplets/{droplet.Id}";
        var shown = new Dictionary<string, Link> { ["self"] = links.To(self) };
        if (!droplet.IsUploaded)
        {
            shown["package"] = links.To($"/v3/packages/{droplet.Package}");
        }

        shown["app"] = links.To($"/v3/apps/{droplet.App}");
        shown["assign_current_droplet"] = links.To($"/v3/apps/{droplet.App}/relationships/current_droplet", "PATCH");
        if (droplet.Phase == DropletPhase.AwaitingUpload)
        {
            shown["upload"] = links.To($"{self}/upload", "POST");
        }

        if (droplet.Source?.DropletDigest is not null)
        {
            shown["download"] = links.To($"{self}/download");
        }

        return new DropletResponse(
            droplet.Id.ToString(),
            BuildMachine.Upper(droplet.Phase),
            droplet.Error,
            ShownLifecycle.Of(droplet.Lifecycle, droplet.Buildpacks, droplet.Source?.Image),
            "",
            showsCommands ? droplet.ProcessTypes : droplet.ProcessTypes.ToImmutableSortedDictionary(each => each.Key, _ => ProcessResponse.Hidden),
            droplet.Source?.DropletDigest is { } digest ? new Checksum("sha256", digest) : null,
            [.. (droplet.Used ?? [.. droplet.Buildpacks.Select(name => new UsedBuildpack(name))]).Select(each => new ShownBuildpack(each.Name, each.DetectOutput, each.Version, each.BuildpackName))],
            isImage ? null : droplet.Source?.Image,
            isImage ? droplet.Source?.Image : null,
            ShownMetadata.Of(droplet.Metadata),
            WireJson.Second(droplet.CreatedAt),
            WireJson.Second(droplet.UpdatedAt),
            OfApp.Of(droplet.App),
            shown);
    }
}
