using System.Collections.Immutable;

namespace Granary.Core.Apps;

/// <summary>A change of several things of an app that becomes true as a whole or not at all. What is null, or not named, stays.</summary>
/// <param name="Name">A new name.</param>
/// <param name="Buildpacks">Which buildpacks stage it, in order; an empty list leaves the choice to staging.</param>
public sealed record AppEdit(string? Name = null, ImmutableArray<string>? Buildpacks = null)
{
    /// <summary>Whether a manifest asks for it, and no request of its own.</summary>
    public bool IsManifest { get; init; }

    /// <summary>Variables to set, or to remove (null).</summary>
    public ImmutableSortedDictionary<string, string?> Environment { get; init; } = ImmutableSortedDictionary<string, string?>.Empty;

    /// <summary>Labels to set, or to remove (null).</summary>
    public ImmutableSortedDictionary<string, string?> Labels { get; init; } = ImmutableSortedDictionary<string, string?>.Empty;

    /// <summary>Annotations to set, or to remove (null).</summary>
    public ImmutableSortedDictionary<string, string?> Annotations { get; init; } = ImmutableSortedDictionary<string, string?>.Empty;

    /// <summary>By process type. A type that the app has not yet is made: that is how there are templates of tasks before the first droplet.</summary>
    public ImmutableSortedDictionary<string, ProcessChange> Processes { get; init; } = ImmutableSortedDictionary<string, ProcessChange>.Empty;
}
