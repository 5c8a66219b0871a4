using System.Collections.Immutable;

namespace Granary.Core.Apps;

/// <summary>Variables that operators give to every app: to all that runs, or to all that is staged. An app's own variables win.</summary>
/// <param name="Name">One of the two below.</param>
/// <param name="UpdatedAt">Null where nobody ever changed it.</param>
public sealed record VariableGroup(string Name, ImmutableSortedDictionary<string, string> Variables, DateTimeOffset? UpdatedAt)
{
    public const string Running = "running";

    public const string Staging = "staging";
}
