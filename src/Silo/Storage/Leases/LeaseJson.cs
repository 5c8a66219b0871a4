using System.Text.Json;
using Granary.Core.Leases;

namespace Granary.Silo.Storage.Leases;

/// <summary>Leases and roster as they lie in the database.</summary>
internal static class LeaseJson
{
    public static string Text<T>(T state) => JsonSerializer.Serialize(state, StateJson.Options);

    public static LeaseState Lease(string text) => Parse<LeaseState>(text);

    public static Roster Roster(string text)
    {
        var roster = Parse<Roster>(text);
        return roster with { Members = roster.Members.WithComparers(StringComparer.Ordinal) };
    }

    private static T Parse<T>(string text) => JsonSerializer.Deserialize<T>(text, StateJson.Options) ?? throw new JsonException($"A stored {typeof(T).Name} is null.");
}
