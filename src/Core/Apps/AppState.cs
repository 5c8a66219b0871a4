using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Granary.Core.Apps;

/// <summary>What the user wants the app to be.</summary>
public enum DesiredState
{
    Stopped,
    Started,
}

/// <summary>Which build may be staged, and since when.</summary>
public sealed record StagingTurn(DropletId Build, DateTimeOffset At);

/// <summary>The durable state of one app. A fresh instance is an app that was never created.</summary>
public sealed record AppState
{
    public AppId Id { get; init; }

    public string Name { get; init; } = "";

    public Guid Space { get; init; }

    public Lifecycle Lifecycle { get; init; }

    /// <summary>Which buildpacks the user asked for, in order; empty when staging is to find out.</summary>
    public ImmutableArray<string> Buildpacks { get; init; } = [];

    public DesiredState Desired { get; init; }

    public bool Exists { get; init; }

    /// <summary>The newest package, and the droplet that tasks and instances take by default.</summary>
    public PackageId? NewestPackage { get; init; }

    public DropletId? CurrentDroplet { get; init; }

    public ImmutableSortedDictionary<string, string> Environment { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>
    /// Every sequence id up to here may have been given to a task. An activation hands out the ids of the block that it has taken
    /// itself; what a lost activation did not use stays a gap.
    /// </summary>
    public int SequenceIdsTaken { get; init; }

    /// <summary>By type: what users said about processes. A type is kept though the current droplet may not have it.</summary>
    public ImmutableSortedDictionary<string, ProcessState> Processes { get; init; } = ImmutableSortedDictionary<string, ProcessState>.Empty;

    /// <summary>What the newest start took; null before the first.</summary>
    public Release? Release { get; init; }

    /// <summary>Rises with each change of what is wanted of instances.</summary>
    public int Revision { get; init; }

    /// <summary>Somebody asked for its end: it is stopped, takes nothing new, and is gone once nothing of it runs.</summary>
    public bool IsDeleted { get; init; }

    /// <summary>The newest build that runs, or ran, in a container; null before the first.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public StagingTurn? Staging { get; init; }

    /// <summary>Set exactly while some instance may not know what is wanted of it, or the app is being deleted: then it is told, or taken apart, again and again.</summary>
    public DateTimeOffset? WakeAt { get; init; }

    public Metadata Metadata { get; init; } = Metadata.Empty;

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }
}
