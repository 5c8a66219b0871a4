using Granary.Core.Quotas;

namespace Granary.Grains.Ports;

/// <summary>All that a quota says. Only what it says of apps and tasks limits anything here; the rest is kept for clients, which show it.</summary>
/// <param name="Domains">Of organizations only.</param>
public sealed record QuotaTerms(QuotaLimits Apps, bool PaidServicesAllowed = true, int? ServiceInstances = null, int? ServiceKeys = null, int? Routes = null, int? ReservedPorts = null, int? Domains = null);

/// <summary>A quota of organizations, or of spaces.</summary>
/// <param name="Organization">To which a quota of spaces belongs; null for one of organizations.</param>
public sealed record Quota(Guid Guid, Guid? Organization, string Name, QuotaTerms Terms, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    /// <summary>What organizations have that nobody gave another. It limits nothing until somebody says so.</summary>
    public static readonly Guid Default = new("00000000-0000-4000-8000-000000000003");
}

/// <summary>Quotas, and to which organizations and spaces they are applied. Every change is one transaction, and raises the version of the organizations that it concerns.</summary>
public interface IQuotas
{
    Task<Quota?> Find(Guid guid, CancellationToken cancellation);

    Task<IReadOnlyList<Quota>> OfOrganizations(CancellationToken cancellation);

    Task<IReadOnlyList<Quota>> OfSpaces(CancellationToken cancellation);

    /// <summary>What limits a space now; null when there is no such space.</summary>
    Task<Standing?> Standing(Guid space, CancellationToken cancellation);

    /// <param name="to">The organizations, or spaces, that get it at once: all of them, or none is added.</param>
    Task<DirectoryOutcome> Add(Quota quota, IReadOnlyCollection<Guid> to, CancellationToken cancellation);

    /// <summary>Takes the name and the terms.</summary>
    Task<DirectoryOutcome> Change(Quota quota, CancellationToken cancellation);

    /// <summary>In place of the quota that each has. All of them are there, or nothing is applied.</summary>
    Task<DirectoryOutcome> Apply(Quota quota, IReadOnlyCollection<Guid> to, CancellationToken cancellation);

    /// <summary>The space has no quota any more. Not found when it has another.</summary>
    Task<DirectoryOutcome> Unapply(Quota quota, Guid space, CancellationToken cancellation);

    /// <summary>Unless it is applied to anything.</summary>
    Task<DirectoryOutcome> Remove(Quota quota, CancellationToken cancellation);
}

/// <summary>What the columns say of a task or an app.</summary>
/// <param name="Item">Its guid.</param>
/// <param name="App">Of an app its own.</param>
/// <param name="Space">Of an app.</param>
public sealed record RowStamp(Guid Item, Guid App, Guid? Space, string State, DateTimeOffset UpdatedAt);

/// <summary>What a count of claims asks the rows.</summary>
public interface IHoldings
{
    /// <summary>All apps in the spaces of an organization.</summary>
    Task<IReadOnlyList<RowStamp>> Apps(Guid organization, CancellationToken cancellation);

    /// <summary>The tasks of these apps that are PENDING or RUNNING, and what is there of others.</summary>
    Task<IReadOnlyList<RowStamp>> Tasks(IReadOnlyCollection<Guid> apps, IReadOnlyCollection<Guid> others, CancellationToken cancellation);
}
