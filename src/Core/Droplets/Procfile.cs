using System.Collections.Immutable;
using System.Globalization;

namespace Granary.Core.Droplets;

/// <summary>
/// The process types of an app and their commands, one "type: command" a line; blank lines and lines that begin with "#" say nothing.
/// With faults there are no process types: a Procfile counts as a whole or not at all.
/// </summary>
/// <param name="Faults">All faults, each with the number of its line.</param>
public sealed record Procfile(ImmutableSortedDictionary<string, string> ProcessTypes, ImmutableArray<string> Faults)
{
    /// <summary>The name of the file, at the top of an archive.</summary>
    public const string FileName = "Procfile";

    /// <summary>Bytes of the file: 64 process types with long commands, many times over what is seen.</summary>
    public const int BytesMax = 64 * 1024;

    /// <summary>Process types of an app.</summary>
    public const int TypesMax = 64;

    /// <summary>Characters of a process type's name.</summary>
    public const int TypeLength = 64;

    public static Procfile Parse(string text)
    {
        var types = new Dictionary<string, (string Command, int Line)>(StringComparer.Ordinal);
        var faults = ImmutableArray.CreateBuilder<string>();
        var number = 0;
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var line = raw.Trim();
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var type = colon < 0 ? line : line[..colon].TrimEnd();
            var command = colon < 0 ? "" : line[(colon + 1)..].TrimStart();
            if (LineFault(colon, type, command) is { } fault)
            {
                Add(fault);
            }
            else if (types.TryGetValue(type, out var first))
            {
                Add($"process type {type} was given on line {first.Line} already");
            }
            else if (types.Count == TypesMax)
            {
                Add($"there are more than {TypesMax} process types");
                break;
            }
            else
            {
                types.Add(type, (command, number));
            }
        }

        return new Procfile(
            faults.Count > 0 ? ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal) : types.ToImmutableSortedDictionary(each => each.Key, each => each.Value.Command, StringComparer.Ordinal),
            faults.ToImmutable());

        void Add(string fault) => faults.Add(string.Create(CultureInfo.InvariantCulture, $"Procfile line {number}: {fault}"));
    }

    /// <summary>Whether a process type may be called so.</summary>
    public static bool IsType(string name) => name.Length is > 0 and <= TypeLength && name.All(each => char.IsAsciiLetterOrDigit(each) || each is '_' or '-');

    /// <summary>What breaks the rules of process types, wherever they come from; null if nothing does.</summary>
    public static string? Fault(ImmutableSortedDictionary<string, string> types) => types switch
    {
        { Count: > TypesMax } => string.Create(CultureInfo.InvariantCulture, $"there are more than {TypesMax} process types"),
        _ when types.Keys.FirstOrDefault(each => !IsType(each)) is { } type =>
            string.Create(CultureInfo.InvariantCulture, $"process type {ArchiveRules.Show(type)} is not 1 to {TypeLength} letters, digits, \"_\" or \"-\""),
        _ when types.FirstOrDefault(each => each.Value.Length > Limits.CommandLength || each.Value.Contains('\0', StringComparison.Ordinal)).Key is { } type =>
            string.Create(CultureInfo.InvariantCulture, $"the command of process type {type} is longer than {Limits.CommandLength} characters, or has a null character"),
        _ => null,
    };

    private static string? LineFault(int colon, string type, string command)
    {
        if (colon < 0)
        {
            return "expected \"type: command\"";
        }

        if (!IsType(type))
        {
            return $"a process type is 1 to {TypeLength} letters, digits, \"_\" or \"-\"";
        }

        if (command.Length == 0)
        {
            return $"process type {type} has no command";
        }

        if (command.Length > Limits.CommandLength)
        {
            return $"the command of process type {type} is longer than {Limits.CommandLength} characters";
        }

        return command.Any(each => char.IsControl(each) && each != '\t') ? $"the command of process type {type} has a control character" : null;
    }
}
