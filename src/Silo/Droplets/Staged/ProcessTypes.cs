using Granary.Api.Manifests;

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

    /// <summary>The command that a staging_info.yml has for "web"; null where it has none.</summary>
    public static string? StartCommand(string? text, string name) => text is null ? null : Text(Parse(text, name), "start_command");

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
