using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Granary.Core.Egress;

namespace Granary.Core.Apps;

/// <summary>What is settled of where programs run when they are started: what they are told in VCAP_APPLICATION, as it was called then, and what operators give them.</summary>
public sealed record PlaceNames(Guid Organization, string OrganizationName, string SpaceName)
{
    /// <summary>What operators give to all that runs there, or is staged there (<see cref="VariableGroup"/>); null for nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableSortedDictionary<string, string>? Variables { get; init; }

    /// <summary>The isolation segment whose cells take what runs there; null for the shared one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Segment { get; init; }

    /// <summary>What may be reached from there, in normal form; null for everything.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableArray<EgressRule>? Egress { get; init; }

    public static readonly PlaceNames Default = new(Home.Organization, "default", "default");
}
