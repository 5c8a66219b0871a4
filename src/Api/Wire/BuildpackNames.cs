using System.Collections.Immutable;
using System.Text.Json;
using Granary.Core.Apps;

namespace Granary.Api.Wire;

/// <summary>The buildpacks that the data of a lifecycle names.</summary>
internal static class BuildpackNames
{
    /// <summary>Null if it names none, for the choice of whoever asks.</summary>
    /// <param name="known">The names that there are.</param>
    public static ImmutableArray<string>? Read(Body lifecycle, ImmutableArray<string> known)
    {
        if (lifecycle.Object("data") is not { } data)
        {
            return null;
        }

        data.Ignore("stack");
        if (data.Value("buildpacks") is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Array || value.EnumerateArray().Any(each => each.ValueKind != JsonValueKind.String))
        {
            data.Fault("Buildpacks can only contain strings");
            return null;
        }

        ImmutableArray<string> names = [.. value.EnumerateArray().Select(each => each.GetString()!)];
        foreach (var fault in Buildpacks.Faults(names, known))
        {
            data.Fault(fault);
        }

        return names;
    }
}
