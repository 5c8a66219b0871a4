using System.Text.Json.Serialization;
using Granary.Api.Wire;
using Granary.Core.Apps;

namespace Granary.Api.Packages;

[JsonDerivedType(typeof(Bits))]
[JsonDerivedType(typeof(DockerImage))]
internal abstract record PackageData
{
    private PackageData()
    {
    }

    internal sealed record Bits(string? Error, BitsChecksum Checksum) : PackageData;

    internal sealed record DockerImage(string Image, string? Username, string? Password) : PackageData;

    internal sealed record BitsChecksum(string Type, string? Value);
}

/// <summary>A package as Cloud Foundry shows it.</summary>
internal sealed record PackageResponse(
    string Guid,
    string Type,
    PackageData Data,
    string State,
    ShownMetadata Metadata,
    string CreatedAt,
    string UpdatedAt,
    OfApp Relationships,
    Dictionary<string, Link> Links)
{
    public static PackageResponse Of(PackageState package, Links links)
    {
        var isImage = package.Lifecycle == Lifecycle.Docker;
        var self = $"/v3/packages/{package.Id}";
        var shown = new Dictionary<string, Link> { ["self"] = links.To(self), ["app"] = links.To($"/v3/apps/{package.App}") };
        if (!isImage)
        {
            shown["upload"] = links.To($"{self}/upload", "POST");
            shown["download"] = links.To($"{self}/download");
        }

        return new PackageResponse(
            package.Id.ToString(),
            isImage ? "docker" : "bits",
            isImage
                ? new PackageData.DockerImage(package.Image!, package.Login?.User, package.Login is null ? null : Hidden)
                : new PackageData.Bits(package.Error, new PackageData.BitsChecksum("sha256", package.Digest)),
            StateOf(package.Phase),
            ShownMetadata.Of(package.Metadata),
            WireJson.Second(package.CreatedAt),
            WireJson.Second(package.UpdatedAt),
            OfApp.Of(package.App),
            shown);
    }

    /// <summary>As Cloud Foundry shows a password.</summary>
    private const string Hidden = "***";

    private static string StateOf(PackagePhase phase) => phase switch
    {
        PackagePhase.AwaitingUpload => "AWAITING_UPLOAD",
        PackagePhase.ProcessingUpload => "PROCESSING_UPLOAD",
        PackagePhase.Ready => "READY",
        PackagePhase.Failed => "FAILED",
        _ => throw new ArgumentOutOfRangeException(nameof(phase), phase, "A package that does not exist is not shown."),
    };
}
