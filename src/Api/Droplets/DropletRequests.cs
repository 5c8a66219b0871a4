using System.Collections.Immutable;
using System.Text.Json;
using Granary.Api.Wire;

namespace Granary.Api.Droplets;

/// <summary>The body of a create.</summary>
/// <param name="App">The guid as it was written.</param>
/// <param name="ProcessTypes">Process type to command; empty for what is found in the droplet.</param>
internal sealed record DropletRequest(string App, ImmutableSortedDictionary<string, string> ProcessTypes)
{
    public static DropletRequest Read(Body body)
    {
        var app = body.RelatedApp();
        var types = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var type in body.Members("process_types"))
        {
            if (type.Value.ValueKind == JsonValueKind.String)
            {
                types[type.Name] = type.Value.GetString()!;
            }
            else
            {
                body.Fault($"Process types value error: the command of '{type.Name}' must be a string");
            }
        }

        body.ThrowIfFaulty();
        return new DropletRequest(app!, types.ToImmutable());
    }
}
