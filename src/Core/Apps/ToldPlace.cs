using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Granary.Core.Apps;

/// <summary>What a task or an instance was told, in VCAP_APPLICATION, of where it runs: as it was called when it was submitted, or its app started.</summary>
internal sealed record ToldPlace(string AppName, Guid Space, string SpaceName, Guid Organization)
{
    public static ToldPlace In(ImmutableSortedDictionary<string, string> environment)
    {
        var told = environment.TryGetValue(AppEnvironment.Application, out var text) ? JsonNode.Parse(text) : null;
        return new ToldPlace(Text("application_name"), Guid("space_id"), Text("space_name"), Guid("organization_id"));

        string Text(string name) => (string?)told?[name] ?? "";

        Guid Guid(string name) => System.Guid.TryParse(Text(name), out var guid) ? guid : System.Guid.Empty;
    }
}
