using System.Collections.Immutable;

namespace Granary.Core.Apps;

/// <summary>What may be set in an environment, by an app or by an operator for all of them.</summary>
public static class VariableRules
{
    /// <param name="before">What is set.</param>
    /// <param name="changes">A null value removes.</param>
    public static (ImmutableSortedDictionary<string, string> After, ImmutableArray<string> Faults) Change(ImmutableSortedDictionary<string, string> before, ImmutableSortedDictionary<string, string?> changes)
    {
        var faults = changes.Keys.SelectMany(KeyFaults)
            .Concat(changes.Where(each => each.Value?.Contains('\0', StringComparison.Ordinal) == true).Select(each => $"Environment variable '{each.Key}' must not have a null character in its value"))
            .ToImmutableArray();
        var after = MetadataRules.Merge(before, changes);
        return after.Count > Limits.EnvironmentVariables || after.Sum(each => each.Key.Length + each.Value.Length) > Limits.EnvironmentLength
            ? (after, faults.Add($"Environment must be at most {Limits.EnvironmentVariables} variables and {Limits.EnvironmentLength} characters in all"))
            : (after, faults);
    }

    /// <summary>Cloud Foundry reserves these (section 1.9); "=" and the null character cannot be in a variable's name at all.</summary>
    private static IEnumerable<string> KeyFaults(string key)
    {
        if (key.Length == 0)
        {
            yield return "Environment variable names can't be blank";
        }
        else if (key.StartsWith("VCAP_", StringComparison.OrdinalIgnoreCase) || key.StartsWith("VMC", StringComparison.OrdinalIgnoreCase))
        {
            yield return $"Environment variable '{key}' cannot start with {(key.StartsWith("VMC", StringComparison.OrdinalIgnoreCase) ? "VMC" : "VCAP_")}";
        }
        else if (string.Equals(key, "PORT", StringComparison.OrdinalIgnoreCase))
        {
            yield return "Environment variables cannot set PORT";
        }
        else if (key.Contains('=', StringComparison.Ordinal) || key.Contains('\0', StringComparison.Ordinal))
        {
            yield return $"Environment variable '{key}' must not contain '=' or a null character";
        }
    }
}
