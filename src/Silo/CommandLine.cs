namespace Granary.Silo;

/// <summary>The command line is wrong; the message holds one fault a line.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>Reads switches strictly: one that nobody knows is a mistake worth stopping for.</summary>
internal static class CommandLine
{
    public static string Usage { get; } =
        $"Usage: granary up {string.Join(' ', Settings.Switches.Select(each => $"[{each.Key} {each.Value.ToUpperInvariant()}]"))}";

    /// <summary>Setting to value, from <c>--switch value</c> and <c>--switch=value</c>; what is given twice counts as it was given last.</summary>
    /// <exception cref="UsageException">Some of it is not a switch with its value.</exception>
    public static Dictionary<string, string?> Read(IReadOnlyList<string> arguments)
    {
        var given = new Dictionary<string, string?>();
        var faults = new List<string>();
        for (var index = 0; index < arguments.Count; index++)
        {
            var parts = arguments[index].Split('=', 2);
            var isFlag = parts[0].StartsWith("--", StringComparison.Ordinal);
            var next = isFlag && parts.Length == 1 && index + 1 < arguments.Count && !arguments[index + 1].StartsWith("--", StringComparison.Ordinal)
                ? arguments[++index]
                : null;
            if (!isFlag)
            {
                faults.Add($"'{parts[0]}' is not a switch");
            }
            else if (!Settings.Switches.TryGetValue(parts[0], out var setting))
            {
                faults.Add($"unknown switch {parts[0]}");
            }
            else if ((next ?? parts.ElementAtOrDefault(1)) is { Length: > 0 } value)
            {
                given[setting] = value;
            }
            else
            {
                faults.Add($"{parts[0]} needs a value");
            }
        }

        return faults.Count == 0
            ? given
            : throw new UsageException($"{string.Join("; ", faults)}. The switches are {string.Join(", ", Settings.Switches.Keys)}; each takes a value.");
    }
}
