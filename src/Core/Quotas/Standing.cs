using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Granary.Core.Apps;
using Granary.Core.Egress;

namespace Granary.Core.Quotas;

/// <summary>What holds in a space now: read anew for each submit and each start.</summary>
/// <param name="OfOrganization">None where the organization's quota limits nothing.</param>
/// <param name="OfSpace">None where the space has no quota.</param>
/// <param name="IsCounted">Whether a quota limits anything in any space of the organization: then all its claims are counted.</param>
/// <param name="Version">Rises with each change of what limits the organization or one of its spaces.</param>
public sealed record Standing(Guid Organization, string OrganizationName, Guid Space, string SpaceName, QuotaLimits OfOrganization, QuotaLimits OfSpace, bool IsCounted, int Version)
{
    /// <summary>What operators give to all that runs; null for nothing.</summary>
    [JsonIgnore]
    public ImmutableSortedDictionary<string, string>? RunningVariables { get; init; }

    /// <summary>The same for all that is staged.</summary>
    [JsonIgnore]
    public ImmutableSortedDictionary<string, string>? StagingVariables { get; init; }

    /// <summary>Of the space, else the organization's default; null for the shared one.</summary>
    [JsonIgnore]
    public string? Segment { get; init; }

    /// <summary>What may be reached by all that runs in the space, in normal form; null for everything.</summary>
    [JsonIgnore]
    public ImmutableArray<EgressRule>? RunningEgress { get; init; }

    /// <summary>The same for all that is staged.</summary>
    [JsonIgnore]
    public ImmutableArray<EgressRule>? StagingEgress { get; init; }

    /// <summary>What programs are told of where they run, though the space may be gone: then they reach nothing.</summary>
    public static PlaceNames PlaceOf(Standing? standing) => standing is null
        ? PlaceNames.Default with { Egress = [] }
        : new(standing.Organization, standing.OrganizationName, standing.SpaceName) { Variables = standing.RunningVariables, Egress = standing.RunningEgress, Segment = standing.Segment };
}
