using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Granary.Core.Instances;

namespace Granary.Core.Apps;

/// <summary>Something that happened to an app. Everything the decision needs from outside is inside the event, the time included.</summary>
[JsonDerivedType(typeof(Created), "created")]
[JsonDerivedType(typeof(PackageAdded), "package-added")]
[JsonDerivedType(typeof(DropletAssigned), "droplet-assigned")]
[JsonDerivedType(typeof(EnvironmentChanged), "environment-changed")]
[JsonDerivedType(typeof(StateDesired), "state-desired")]
[JsonDerivedType(typeof(RestartRequested), "restart-requested")]
[JsonDerivedType(typeof(ProcessChanged), "process-changed")]
[JsonDerivedType(typeof(InstancesTold), "instances-told")]
[JsonDerivedType(typeof(InstancesSpoke), "instances-spoke")]
[JsonDerivedType(typeof(Woke), "woke")]
[JsonDerivedType(typeof(Relabelled), "relabelled")]
[JsonDerivedType(typeof(Edited), "edited")]
[JsonDerivedType(typeof(DeletionRequested), "deletion-requested")]
[JsonDerivedType(typeof(SequenceIdsNeeded), "sequence-ids-needed")]
[JsonDerivedType(typeof(StagingAsked), "staging-asked")]
public abstract record AppEvent(DateTimeOffset At)
{
    /// <summary>Somebody asked for an app of this name.</summary>
    public sealed record Created(DateTimeOffset At, AppId Id, string Name, Guid Space, Lifecycle Lifecycle, Metadata Metadata, ImmutableSortedDictionary<string, string?>? Variables = null, ImmutableArray<string>? Buildpacks = null) : AppEvent(At);

    /// <summary>A package of the app was made.</summary>
    public sealed record PackageAdded(DateTimeOffset At, PackageId Package) : AppEvent(At);

    /// <summary>Somebody chose the droplet that tasks and instances take from now on.</summary>
    public sealed record DropletAssigned(DateTimeOffset At, DropletState Droplet) : AppEvent(At);

    /// <summary>Variables were set, or removed (null).</summary>
    public sealed record EnvironmentChanged(DateTimeOffset At, ImmutableSortedDictionary<string, string?> Variables) : AppEvent(At);

    /// <summary>Somebody wants the app started or stopped.</summary>
    /// <param name="Droplet">The current droplet, for a start to take; null if there is none.</param>
    /// <param name="Place">Where the app is, by name, for a start to take.</param>
    public sealed record StateDesired(DateTimeOffset At, DesiredState Desired, DropletState? Droplet = null, PlaceNames? Place = null) : AppEvent(At);

    /// <summary>Somebody wants the app started anew, with what is current now.</summary>
    /// <param name="Droplet">The current droplet; null if there is none.</param>
    /// <param name="Place">Where the app is, by name.</param>
    public sealed record RestartRequested(DateTimeOffset At, DropletState? Droplet, PlaceNames? Place = null) : AppEvent(At);

    /// <summary>Somebody scaled a process, or gave it another command.</summary>
    /// <param name="Droplet">The current droplet, which says which processes there are; null if there is none.</param>
    public sealed record ProcessChanged(DateTimeOffset At, string Type, ProcessChange Change, DropletState? Droplet) : AppEvent(At);

    /// <summary>Every instance that had to be told has confirmed what is wanted of it.</summary>
    /// <param name="Revision">What they were told.</param>
    public sealed record InstancesTold(DateTimeOffset At, int Revision) : AppEvent(At);

    /// <summary>Instances tell how their hand-overs to the other lane go. It may be repeated, and late.</summary>
    public sealed record InstancesSpoke(DateTimeOffset At, ImmutableArray<InstanceNews> News) : AppEvent(At);

    /// <summary>A wake-up: instances may not know yet what is wanted of them.</summary>
    public sealed record Woke(DateTimeOffset At) : AppEvent(At);

    /// <summary>Labels or annotations were changed.</summary>
    public sealed record Relabelled(DateTimeOffset At, Metadata Metadata) : AppEvent(At);

    /// <summary>Somebody changed several things of the app in one request: a manifest, or a PATCH.</summary>
    /// <param name="Droplet">The current droplet; null if there is none.</param>
    /// <param name="KnownBuildpacks">The names of the buildpacks that there are; null for those that are built in.</param>
    public sealed record Edited(DateTimeOffset At, AppEdit Edit, DropletState? Droplet, ImmutableArray<string>? KnownBuildpacks = null) : AppEvent(At);

    /// <summary>Somebody wants the app gone, with all that belongs to it.</summary>
    public sealed record DeletionRequested(DateTimeOffset At) : AppEvent(At);

    /// <summary>An activation has no sequence id left to give: it takes the next block.</summary>
    /// <param name="Given">How many ids this activation has given so far: the block is as large, so that a busy app seldom writes and a quiet one leaves small gaps.</param>
    public sealed record SequenceIdsNeeded(DateTimeOffset At, int Given) : AppEvent(At);

    /// <summary>A build is about to begin in a container.</summary>
    /// <param name="Last">How the newest one before stands; null if it has no row.</param>
    public sealed record StagingAsked(DateTimeOffset At, DropletId Build, DropletPhase? Last) : AppEvent(At);
}

/// <summary>An order that follows from a saved decision about an app. It may be repeated without harm.</summary>
public abstract record AppEffect
{
    /// <summary>Tell every instance what is wanted of it (<see cref="AppProcesses.Orders"/>), and say so when all have confirmed.</summary>
    public sealed record TellInstances(int Revision) : AppEffect;

    /// <summary>Cancel what still runs of an app that is being deleted; once nothing does, remove what belongs to it and at last its row.</summary>
    public sealed record Dismantle : AppEffect;
}
