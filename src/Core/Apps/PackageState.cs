using System.Text.Json.Serialization;
using Granary.Core.Runtime;

namespace Granary.Core.Apps;

/// <summary>What an app is made from.</summary>
public enum Lifecycle
{
    /// <summary>Uploaded files that become a droplet on the stack image. Cloud Foundry calls this lifecycle "buildpack".</summary>
    Bits,

    /// <summary>A Docker image, by reference.</summary>
    Docker,
}

/// <summary>Cloud Foundry's package states that Granary passes through.</summary>
public enum PackagePhase
{
    Absent,
    AwaitingUpload,
    ProcessingUpload,
    Ready,
    Failed,
}

/// <summary>The durable state of a package. READY and FAILED are final.</summary>
public sealed record PackageState
{
    public PackageId Id { get; init; }

    public AppId App { get; init; }

    public Lifecycle Lifecycle { get; init; }

    public PackagePhase Phase { get; init; }

    /// <summary>The image reference of a Docker package.</summary>
    public string? Image { get; init; }

    /// <summary>With which the image is fetched; null where anybody may.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RegistryLogin? Login { get; init; }

    /// <summary>SHA-256 of the uploaded bits, lower-case hex; set when READY.</summary>
    public string? Digest { get; init; }

    public long SizeBytes { get; init; }

    /// <summary>The upload that made it READY or FAILED; null before, and for an image.</summary>
    public Guid? Upload { get; init; }

    /// <summary>Set when FAILED: what is wrong with the upload.</summary>
    public string? Error { get; init; }

    public Metadata Metadata { get; init; } = Metadata.Empty;

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }
}
