using System.Collections.Immutable;

namespace Granary.Core.Builds;

/// <summary>Something that happened to the buildpacks. Everything the decision needs from outside is inside the event, the time included.</summary>
public abstract record BuildpackEvent(DateTimeOffset At, BuildpackId Id)
{
    /// <summary>An admin added one.</summary>
    /// <param name="OnlyStack">The stack that there is.</param>
    public sealed record Created(DateTimeOffset At, BuildpackId Id, BuildpackChange Change, string OnlyStack) : BuildpackEvent(At, Id);

    /// <summary>An admin changed one.</summary>
    /// <param name="OnlyStack">The stack that there is.</param>
    public sealed record Changed(DateTimeOffset At, BuildpackId Id, BuildpackChange Change, string OnlyStack) : BuildpackEvent(At, Id);

    /// <summary>A zip was uploaded and breaks no rule.</summary>
    public sealed record Uploaded(DateTimeOffset At, BuildpackId Id, string Digest, string FileName) : BuildpackEvent(At, Id);

    /// <summary>An admin took one away.</summary>
    public sealed record Removed(DateTimeOffset At, BuildpackId Id) : BuildpackEvent(At, Id);
}

/// <summary>What a request says of a buildpack. What is null stays; of a new one it is Cloud Foundry's default.</summary>
/// <param name="Position">From 1; beyond the last it is the last.</param>
public sealed record BuildpackChange(string? Name = null, string? Stack = null, int? Position = null, bool? IsEnabled = null, bool? IsLocked = null)
{
    /// <summary>Labels to set, or to remove (null).</summary>
    public ImmutableSortedDictionary<string, string?> Labels { get; init; } = ImmutableSortedDictionary<string, string?>.Empty;

    /// <summary>Annotations to set, or to remove (null).</summary>
    public ImmutableSortedDictionary<string, string?> Annotations { get; init; } = ImmutableSortedDictionary<string, string?>.Empty;

    /// <summary>The request gave a stack, even if it is null.</summary>
    public bool ChangesStack { get; init; }
}

/// <summary>There is none: whoever asks for buildpacks reads the state.</summary>
public abstract record BuildpackEffect;
