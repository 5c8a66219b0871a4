using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Granary.Core.Apps;

/// <summary>What programs are told of where they run, in VCAP_APPLICATION: as it was called when they were started.</summary>
public sealed record PlaceNames(Guid Organization, string OrganizationName, string SpaceName)
{
    /// <summary>What operators give to all that runs there, or is staged there (<see cref="VariableGroup"/>); null for nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableSortedDictionary<string, string>? Variables { get; init; }

    public static readonly PlaceNames Default = new(Home.Organization, "default", "default");
}
