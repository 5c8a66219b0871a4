using System.Collections.Immutable;
using System.Globalization;
using Granary.Api.Manifests;
using Granary.Core;
using Granary.Core.Droplets;

namespace Granary.Silo.Droplets.Staged;

/// <summary>Reads what buildpacks write about processes and themselves. All of it is YAML of somebody else's making.</summary>
internal static class ProcessTypes
{
    /// <summary>What bin/release wrote: <c>default_process_types</c>.</summary>
    public static IEnumerable<KeyValuePair<string, string>> OfRelease(string text) =>
        Value(Parse(text, "what the buildpack's release wrote"), "default_process_types") is Yaml.Map types
            ? types.Entries.Where(each => each.Value is Yaml.Scalar { IsNull: false }).Select(each => new KeyValuePair<string, string>(each.Key, ((Yaml.Scalar)each.Value).Text))
            : [];

    /// <summary>A launch.yml: <c>processes</c>, a list of types and commands.</summary>
    public static IEnumerable<KeyValuePair<string, string>> OfLaunch(string text, string name) =>
        Value(Parse(text, name), "processes") is Yaml.List { Items: var items }
            ? items.Select(each => (Type: Text(each, "type"), Command: Text(each, "command"))).Where(each => each is { Type: not null, Command: not null }).Select(each => new KeyValuePair<string, string>(each.Type!, each.Command!))
            : [];

    /// <summary>A config.yml: what a buildpack calls itself, and its version.</summary>
    public static (string? Name, string? Version) OfConfig(string? text, string name) =>
        text is null ? (null, null) : Parse(text, name) is var config ? (Text(config, "name"), Text(config, "version")) : default;

    /// <summary>What breaks the rules of a Procfile; null if nothing does.</summary>
    public static string? Fault(ImmutableSortedDictionary<string, string> types) => types switch
    {
        { Count: > Procfile.TypesMax } => string.Create(CultureInfo.InvariantCulture, $"there are more than {Procfile.TypesMax} process types"),
        _ when types.Keys.FirstOrDefault(each => !Procfile.IsType(each)) is { } type =>
            string.Create(CultureInfo.InvariantCulture, $"process type {ArchiveRules.Show(type)} is not 1 to {Procfile.TypeLength} letters, digits, \"_\" or \"-\""),
        _ when types.FirstOrDefault(each => each.Value.Length > Limits.CommandLength || each.Value.Contains('\0', StringComparison.Ordinal)).Key is { } type =>
            string.Create(CultureInfo.InvariantCulture, $"the command of process type {type} is longer than {Limits.CommandLength} characters, or has a null character"),
        _ => null,
    };

    private static Yaml Parse(string text, string what)
    {
        try
        {
            return Yaml.Parse(text);
        }
        catch (FormatException fault)
        {
            throw new ArchiveRefusedException($"{what} is no YAML that can be read: {fault.Message}", fault);
        }
    }

    private static Yaml? Value(Yaml yaml, string key) => yaml is Yaml.Map map ? map.Entries.FirstOrDefault(each => each.Key == key).Value : null;

    private static string? Text(Yaml yaml, string key) => Value(yaml, key) is Yaml.Scalar { IsNull: false, Text: var text } ? text : null;
}
