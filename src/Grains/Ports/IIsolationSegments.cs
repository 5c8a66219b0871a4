using System.Collections.Immutable;
using Granary.Core.Apps;

namespace Granary.Grains.Ports;

/// <summary>A group of cells for certain spaces. The cells say by its name that they are of it.</summary>
/// <param name="Organizations">Those that may give it to their spaces.</param>
public sealed record IsolationSegment(Guid Guid, string Name, ImmutableArray<Guid> Organizations, Metadata Metadata, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    /// <summary>To which belongs what nobody gave another. The guid is Cloud Foundry's.</summary>
    public static readonly Guid Shared = new("933b4c58-120b-499a-b85d-4b6fc9e2903b");
}

/// <summary>
/// Isolation segments, who may use them, and who does. Every change is one transaction; names are told apart without regard to case. What runs keeps the cells that it was
/// started for.
/// </summary>
public interface IIsolationSegments
{
    Task<IsolationSegment?> Find(Guid guid, CancellationToken cancellation);

    Task<IReadOnlyList<IsolationSegment>> All(CancellationToken cancellation);

    Task<DirectoryOutcome> Add(IsolationSegment segment, CancellationToken cancellation);

    /// <param name="name">Null leaves it as it is. Not empty when it is to have another one and an organization or a space has it.</param>
    Task<DirectoryOutcome> Change(Guid segment, string? name, Metadata metadata, CancellationToken cancellation);

    /// <summary>Unless an organization may use it.</summary>
    Task<DirectoryOutcome> Remove(Guid guid, CancellationToken cancellation);

    /// <summary>Lets organizations use it: all of them are there, or none may.</summary>
    Task<DirectoryOutcome> Entitle(Guid segment, IReadOnlyCollection<Guid> organizations, CancellationToken cancellation);

    /// <summary>The organization may not use it any more. Not empty while it, or one of its spaces, does.</summary>
    Task<DirectoryOutcome> Revoke(Guid segment, Guid organization, CancellationToken cancellation);

    /// <summary>What spaces of the organization have that have none of their own.</summary>
    /// <param name="segment">Null for none. Not found when the organization may not use it.</param>
    Task<DirectoryOutcome> SetDefault(Guid organization, Guid? segment, CancellationToken cancellation);

    /// <inheritdoc cref="SetDefault"/>
    Task<DirectoryOutcome> Assign(Guid space, Guid? segment, CancellationToken cancellation);
}
