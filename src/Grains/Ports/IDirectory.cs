using Granary.Core.Access;
using Granary.Core.Apps;

namespace Granary.Grains.Ports;

/// <summary>Where spaces are.</summary>
/// <param name="IsSuspended">Then only admins change anything in it.</param>
public sealed record Organization(Guid Guid, string Name, bool IsSuspended, Metadata Metadata, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public Guid Quota { get; init; } = Ports.Quota.Default;

    /// <summary>The isolation segment of its spaces that have none of their own; null when nobody set one.</summary>
    public Guid? Segment { get; init; }
}

/// <summary>Where apps are.</summary>
public sealed record Space(Guid Guid, Guid Organization, string Name, Metadata Metadata, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    /// <summary>Null when it has none of its own.</summary>
    public Guid? Quota { get; init; }

    /// <inheritdoc cref="Quota"/>
    public Guid? Segment { get; init; }
}

/// <summary>That somebody has a role.</summary>
/// <param name="Subject">A user's guid, or a client's id.</param>
public sealed record Membership(Guid Guid, string Subject, RoleGrant Grant, DateTimeOffset CreatedAt);

/// <summary>What came of a change in the directory.</summary>
public enum DirectoryOutcome
{
    Done,

    /// <summary>The name is taken, or the role is there.</summary>
    Taken,

    /// <summary>The thing, or the place that it names, is not there.</summary>
    NotFound,

    /// <summary>It still holds apps; or the role is the one without which those in spaces could not be.</summary>
    NotEmpty,

    /// <summary>It would be more than an installation takes.</summary>
    TooMuch,

    /// <summary>A role in a space takes one in its organization.</summary>
    NoMember,
}

/// <summary>Organizations, spaces and who is what in them. Every change is one transaction; names are told apart without regard to case.</summary>
public interface IDirectory
{
    Task<Organization?> FindOrganization(Guid guid, CancellationToken cancellation);

    Task<Space?> FindSpace(Guid guid, CancellationToken cancellation);

    Task<Membership?> FindRole(Guid guid, CancellationToken cancellation);

    Task<IReadOnlyList<Organization>> Organizations(CancellationToken cancellation);

    Task<IReadOnlyList<Space>> Spaces(CancellationToken cancellation);

    Task<IReadOnlyList<Membership>> Roles(CancellationToken cancellation);

    /// <summary>Where a space is; null when there is none.</summary>
    Task<Place?> PlaceOf(Guid space, CancellationToken cancellation);

    /// <summary>Whether a space is there, once nobody is removing it: asked when an app was written there. Who removes the space later finds the app.</summary>
    Task<bool> IsThere(Guid space, CancellationToken cancellation);

    Task<DirectoryOutcome> Add(Organization organization, CancellationToken cancellation);

    Task<DirectoryOutcome> Add(Space space, CancellationToken cancellation);

    Task<DirectoryOutcome> Add(Membership role, CancellationToken cancellation);

    /// <summary>Takes the name, the suspension and the metadata.</summary>
    Task<DirectoryOutcome> Change(Organization organization, CancellationToken cancellation);

    /// <summary>Takes the name and the metadata.</summary>
    Task<DirectoryOutcome> Change(Space space, CancellationToken cancellation);

    /// <summary>With its spaces, their quotas and the roles in them, if no app is left there.</summary>
    Task<DirectoryOutcome> RemoveOrganization(Guid guid, CancellationToken cancellation);

    /// <summary>With the roles in it, if no app is left there.</summary>
    Task<DirectoryOutcome> RemoveSpace(Guid guid, CancellationToken cancellation);

    Task<DirectoryOutcome> RemoveRole(Guid guid, CancellationToken cancellation);

    /// <summary>Removes every role of a subject.</summary>
    Task RemoveRoles(string subject, CancellationToken cancellation);
}
