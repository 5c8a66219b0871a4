using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Granary.Core.Apps;

namespace Granary.Core.Builds;

/// <summary>The guid of a buildpack.</summary>
public readonly record struct BuildpackId(Guid Value)
{
    /// <summary>Of one that is built in, and so has no beginning.</summary>
    public static BuildpackId OfBuiltIn(string name) => new(NamedGuid.Of(name));

    public override string ToString() => Value.ToString("D");
}

/// <summary>A buildpack: built in, or added by an admin, who uploads its files as a zip.</summary>
public sealed record BuildpackState
{
    public BuildpackId Id { get; init; }

    public string Name { get; init; } = "";

    /// <summary>The stack that it is for; null for any. Once it is given it stays.</summary>
    public string? Stack { get; init; }

    /// <summary>Whether staging may use it.</summary>
    public bool IsEnabled { get; init; }

    /// <summary>Its bits are not to be changed.</summary>
    public bool IsLocked { get; init; }

    /// <summary>It leaves files as they are, and has no bits.</summary>
    public bool IsBuiltIn { get; init; }

    /// <summary>What the newest zip was called where it came from; null before the first.</summary>
    public string? FileName { get; init; }

    /// <summary>SHA-256 of the newest zip, lower-case hex; null before the first.</summary>
    public string? Digest { get; init; }

    public Metadata Metadata { get; init; } = Metadata.Empty;

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Staging can use it.</summary>
    [JsonIgnore]
    public bool IsReady => IsBuiltIn || Digest is not null;
}

/// <summary>
/// All buildpacks in the order in which staging tries them; one state, so that positions and names are decided in one place. A fresh one holds what is built in.
/// <see cref="Check"/> has what always holds:
/// 1. A name is there once for a stack, and once without a stack.
/// 2. What is built in stays, and has no bits.
/// </summary>
public sealed record BuildpackShelf
{
    public ImmutableArray<BuildpackState> All { get; init; } =
        [.. Buildpacks.BuiltIn.Select(name => new BuildpackState { Id = BuildpackId.OfBuiltIn(name), Name = name, IsEnabled = true, IsLocked = true, IsBuiltIn = true, CreatedAt = DateTimeOffset.UnixEpoch, UpdatedAt = DateTimeOffset.UnixEpoch })];

    /// <summary>Null if there is none.</summary>
    public BuildpackState? Find(BuildpackId id) => All.FirstOrDefault(each => each.Id == id);

    /// <summary>From 1.</summary>
    public int PositionOf(BuildpackId id) => All.TakeWhile(each => each.Id != id).Count() + 1;

    /// <summary>What staging on a stack means by a name: the one for this stack, else the one for any.</summary>
    public BuildpackState? Named(string name, string stack) =>
        All.FirstOrDefault(each => each.Name == name && each.Stack == stack) ?? All.FirstOrDefault(each => each.Name == name && each.Stack is null);

    /// <summary>The names that staging on a stack knows.</summary>
    public ImmutableArray<string> Names(string stack) => [.. All.Where(each => each.Stack is null || each.Stack == stack).Select(each => each.Name).Distinct()];

    /// <summary>The broken rules in words; empty when all hold.</summary>
    public ImmutableArray<string> Check()
    {
        var rules = new BrokenRules();
        rules.Require(All.DistinctBy(each => (each.Name.ToUpperInvariant(), each.Stack)).Count() == All.Length, "1: a name is there twice for a stack");
        rules.Require(Buildpacks.BuiltIn.All(name => All.Any(each => each.IsBuiltIn && each.Name == name && each.Digest is null)), "2: a buildpack that is built in has changed or is gone");
        return rules.All;
    }
}
