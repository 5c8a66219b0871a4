using System.Collections.Immutable;
using Granary.Core.Runtime;

namespace Granary.Core.Apps;

/// <summary>Cloud Foundry's droplet states that Granary passes through.</summary>
public enum DropletPhase
{
    Absent,
    Staged,
    Failed,
}

/// <summary>An app's staged bits: what containers run from. Fixed once it is made.</summary>
public sealed record DropletState
{
    public DropletId Id { get; init; }

    public AppId App { get; init; }

    public PackageId Package { get; init; }

    public Lifecycle Lifecycle { get; init; }

    public DropletPhase Phase { get; init; }

    public ContainerSource? Source { get; init; }

    /// <summary>Process type to command, from the Procfile.</summary>
    public ImmutableSortedDictionary<string, string> ProcessTypes { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>What it was staged with, in order; empty for an image, and for files that nobody named a buildpack for.</summary>
    public ImmutableArray<string> Buildpacks { get; init; } = [];

    /// <summary>Set when FAILED: why staging did not work.</summary>
    public string? Error { get; init; }

    public Metadata Metadata { get; init; } = Metadata.Empty;

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }
}
