using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Granary.Core.Builds;
using Granary.Core.Runtime;
using Granary.Core.Tasks;

namespace Granary.Core.Apps;

/// <summary>Cloud Foundry's droplet states that Granary passes through.</summary>
public enum DropletPhase
{
    Absent,
    Staged,
    Failed,

    /// <summary>It is being made in a container; nobody sees it yet but as a build.</summary>
    Staging,

    /// <summary>It is to be uploaded as it is, by one who has it from elsewhere.</summary>
    AwaitingUpload,
}

/// <summary>An app's staged bits: what containers run from. Fixed once it is made. Until then, and when it could not be made, it is a build and nothing else.</summary>
public sealed record DropletState
{
    public DropletId Id { get; init; }

    public AppId App { get; init; }

    /// <summary>What it is made of; of no package when it is uploaded as it is.</summary>
    public PackageId Package { get; init; }

    /// <summary>The upload that made it STAGED or FAILED, of one that is uploaded as it is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? Upload { get; init; }

    public Lifecycle Lifecycle { get; init; }

    public DropletPhase Phase { get; init; }

    public ContainerSource? Source { get; init; }

    /// <summary>Process type to command: from the buildpacks, and the Procfile over it.</summary>
    public ImmutableSortedDictionary<string, string> ProcessTypes { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>What it was staged with, in order; empty for an image, and for files that nobody named a buildpack for.</summary>
    public ImmutableArray<string> Buildpacks { get; init; } = [];

    /// <summary>What those did, as far as they ran; null where none did.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableArray<UsedBuildpack>? Used { get; init; }

    /// <summary>What runs, or ran, to make it; null where nothing had to.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TaskState? Staging { get; init; }

    /// <summary>Set when FAILED: why staging did not work, in Cloud Foundry's words.</summary>
    public string? Error { get; init; }

    public Metadata Metadata { get; init; } = Metadata.Empty;

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>It came from elsewhere; before every other there was a build.</summary>
    [JsonIgnore]
    public bool IsUploaded => Package == default;
}
