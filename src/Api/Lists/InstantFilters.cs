using System.Collections.Immutable;
using System.Globalization;
using Granary.Grains.Ports;

namespace Granary.Api.Lists;

/// <summary>Filters by time. Clients see seconds and the columns hold microseconds, so an instant means its whole second.</summary>
internal static class InstantFilters
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    /// <param name="relation">The suffix of the parameter: "", "[lt]", "[lte]", "[gt]" or "[gte]".</param>
    /// <param name="text">The instant as the client wrote it.</param>
    /// <returns>Null when the text is no instant.</returns>
    public static ImmutableArray<InstantFilter>? Parse(string relation, string text)
    {
        if (!DateTimeOffset.TryParseExact(text, "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) || at > DateTimeOffset.MaxValue - Second)
        {
            return null;
        }

        return relation switch
        {
            "" => [new(InstantRelation.NotBefore, at), new(InstantRelation.Before, at + Second)],
            "[lt]" => [new(InstantRelation.Before, at)],
            "[lte]" => [new(InstantRelation.Before, at + Second)],
            "[gt]" => [new(InstantRelation.NotBefore, at + Second)],
            "[gte]" => [new(InstantRelation.NotBefore, at)],
            _ => null,
        };
    }
}
