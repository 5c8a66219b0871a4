using System.Text.Json;
using System.Text.Json.Serialization;

namespace Granary.Silo.Storage;

/// <summary>How states are written: names as declared, enumerations as words, so that a later version may reorder and add.</summary>
internal static class StateJson
{
    public static readonly JsonSerializerOptions Options = Configure(new JsonSerializerOptions());

    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        options.AllowOutOfOrderMetadataProperties = true;
        options.Converters.Add(new JsonStringEnumConverter());
        return options;
    }
}
