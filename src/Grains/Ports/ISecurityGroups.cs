using System.Collections.Immutable;
using Granary.Core.Egress;

namespace Granary.Grains.Ports;

/// <summary>Whose egress a group gives: of what runs, or of what is staged.</summary>
public enum GroupLifecycle
{
    Running,
    Staging,
}

/// <summary>Egress rules with a name. They hold in every space, or in those that it is bound to, for each lifecycle apart.</summary>
/// <param name="IsOfAllRunning">Globally enabled: it holds for all that runs, wherever.</param>
/// <param name="IsOfAllStaging">The same for all that is staged.</param>
/// <param name="RunningSpaces">In which it holds for what runs, besides.</param>
/// <param name="StagingSpaces">The same for what is staged.</param>
public sealed record SecurityGroup(
    Guid Guid,
    string Name,
    ImmutableArray<EgressRule> Rules,
    bool IsOfAllRunning,
    bool IsOfAllStaging,
    ImmutableArray<Guid> RunningSpaces,
    ImmutableArray<Guid> StagingSpaces,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    /// <summary>What is there at first: everything may be reached, from everywhere. Nothing but its guid is special about it.</summary>
    public static readonly Guid Default = new("00000000-0000-4000-8000-000000000004");

    public bool IsOfAll(GroupLifecycle lifecycle) => lifecycle is GroupLifecycle.Running ? IsOfAllRunning : IsOfAllStaging;

    public ImmutableArray<Guid> Spaces(GroupLifecycle lifecycle) => lifecycle is GroupLifecycle.Running ? RunningSpaces : StagingSpaces;
}

/// <summary>What a change of a group says: null leaves things as they are.</summary>
public sealed record SecurityGroupChange(string? Name, ImmutableArray<EgressRule>? Rules, bool? IsOfAllRunning, bool? IsOfAllStaging);

/// <summary>Security groups, and the spaces that they are bound to. Every change is one transaction.</summary>
public interface ISecurityGroups
{
    Task<SecurityGroup?> Find(Guid guid, CancellationToken cancellation);

    Task<IReadOnlyList<SecurityGroup>> All(CancellationToken cancellation);

    /// <summary>With its spaces: all of them are there, or nothing is added.</summary>
    Task<DirectoryOutcome> Add(SecurityGroup group, CancellationToken cancellation);

    Task<DirectoryOutcome> Change(Guid guid, SecurityGroupChange change, CancellationToken cancellation);

    /// <summary>To these spaces, besides those that it is bound to. All of them are there, or nothing is bound.</summary>
    Task<DirectoryOutcome> Bind(Guid guid, GroupLifecycle lifecycle, IReadOnlyCollection<Guid> spaces, CancellationToken cancellation);

    /// <summary>Not found where it is not bound.</summary>
    Task<DirectoryOutcome> Unbind(Guid guid, GroupLifecycle lifecycle, Guid space, CancellationToken cancellation);

    /// <summary>With what it is bound to.</summary>
    Task<DirectoryOutcome> Remove(Guid guid, CancellationToken cancellation);
}
