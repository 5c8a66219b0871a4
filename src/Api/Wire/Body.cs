using System.Collections.Immutable;
using System.Text.Json;
using Granary.Api.Errors;
using Granary.Core.Apps;
using Microsoft.AspNetCore.Http;

namespace Granary.Api.Wire;

/// <summary>The parts of reading a body that fail as a whole: not JSON, not an object, too large.</summary>
internal static class BodyReading
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 32 };

    public static async Task<Body> ReadBody(this HttpRequest request)
    {
        if (!request.HasJsonContentType())
        {
            throw new CfException(CfError.WrongMediaType("application/json"));
        }

        try
        {
            // Every text is looked at here, because a parser leaves broken ones to whoever asks for them.
            var document = await JsonDocument.ParseAsync(request.Body, Strict, request.HttpContext.RequestAborted);
            request.HttpContext.Response.RegisterForDispose(document);
            LookAtTexts(document.RootElement);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new Body(document.RootElement, "", [])
                : throw new CfException(CfError.NotParseable("the body must be a JSON object"));
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            throw new CfException(CfError.NotParseable("invalid request body"));
        }
    }

    private static void LookAtTexts(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                _ = element.GetString();
                break;
            case JsonValueKind.Object:
                foreach (var member in element.EnumerateObject())
                {
                    _ = member.Name;
                    LookAtTexts(member.Value);
                }

                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    LookAtTexts(item);
                }

                break;
            default:
                break;
        }
    }
}

/// <summary>
/// A JSON object of a request, read field by field. What is wrong is noted, not thrown, so that one answer can name every fault; fields
/// that nobody asked for are faults as well. A field that is null counts as not given, unless it is asked for by <see cref="Has"/>.
/// </summary>
internal sealed class Body(JsonElement element, string path, List<string> faults)
{
    private readonly HashSet<string> known = new(StringComparer.Ordinal);
    private readonly List<Body> inner = [];

    /// <summary>Everything wrong so far, unknown fields included: ask when all fields were read.</summary>
    public ImmutableArray<string> Faults => [.. Unknown() is { Length: > 0 } unknown ? [$"Unknown field(s): {string.Join(", ", unknown)}"] : Array.Empty<string>(), .. faults];

    public void Fault(string words) => faults.Add(words);

    /// <summary>Ends the request when anything is wrong.</summary>
    public void ThrowIfFaulty()
    {
        if (Faults is { IsEmpty: false } all)
        {
            throw new CfException(CfError.Unprocessable(string.Join(", ", all)));
        }
    }

    /// <summary>The field is there, even if it is null.</summary>
    public bool Has(string name)
    {
        known.Add(name);
        return element.TryGetProperty(name, out _);
    }

    /// <summary>These fields may be there, and say nothing to us.</summary>
    public void Ignore(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            known.Add(name);
        }
    }

    /// <summary>A field by its name, or null.</summary>
    public JsonElement? Value(string name) => Has(name) && element.GetProperty(name) is { ValueKind: not JsonValueKind.Null } value ? value : null;

    /// <summary>A text. Of another kind it is a fault, and is given as it was written, so that it is not found missing as well.</summary>
    public string? Text(string name)
    {
        if (Value(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.String)
        {
            return value.GetString();
        }

        Fault($"{Humanised(name)} must be a string");
        return value.GetRawText();
    }

    /// <summary>One of a few words.</summary>
    public T? Word<T>(string name, params (string Word, T Value)[] words)
        where T : struct
    {
        if (Value(name) is not { } value)
        {
            return null;
        }

        foreach (var (word, meaning) in words)
        {
            if (value.ValueKind == JsonValueKind.String && value.ValueEquals(word))
            {
                return meaning;
            }
        }

        Fault($"{Humanised(name)} must be {string.Join(" or ", words.Select(each => $"'{each.Word}'"))}");
        return null;
    }

    public bool? Truth(string name)
    {
        switch (Value(name)?.ValueKind)
        {
            case null:
                return null;
            case JsonValueKind.True:
                return true;
            case JsonValueKind.False:
                return false;
            default:
                Fault($"{Humanised(name)} must be a boolean");
                return null;
        }
    }

    /// <summary>The name of a resource, which everything has that people find by name.</summary>
    public string RequiredName()
    {
        var name = Text("name") ?? "";
        if (name.Length is 0 or > Core.Limits.NameLength)
        {
            Fault($"Name must have 1 to {Core.Limits.NameLength} characters");
        }
        else if (name.Any(char.IsControl))
        {
            Fault("Name must not contain control characters");
        }

        return name;
    }

    /// <summary>The same of quotas and security groups, whose names are a little shorter in Cloud Foundry.</summary>
    public string RequiredShortName()
    {
        var name = RequiredName();
        if (name.Length > Core.Limits.ShortNameLength)
        {
            Fault($"Name is too long (maximum is {Core.Limits.ShortNameLength} characters)");
        }

        return name;
    }

    public Guid? Guid(string name)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        if (System.Guid.TryParseExact(text, "D", out var guid) && guid != System.Guid.Empty)
        {
            return guid;
        }

        Fault($"{Humanised(name)} must be a guid");
        return null;
    }

    public int? Int(string name) => (int?)Whole(name, int.MinValue, int.MaxValue);

    public long? Long(string name) => Whole(name, long.MinValue, long.MaxValue);

    /// <summary>A limit that null takes away; one that is not named stays.</summary>
    public int? Limit(string name, int? before) => Has(name) ? (int?)Whole(name, 0, int.MaxValue) : before;

    /// <inheritdoc cref="Limit"/>
    public long? LongLimit(string name, long? before) => Has(name) ? Whole(name, 0, long.MaxValue) : before;

    /// <summary>An object within this one; null if there is none. Its faults and unknown fields count as this one's.</summary>
    public Body? Object(string name)
    {
        if (Value(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            Fault($"{Humanised(name)} must be an object");
            return null;
        }

        var body = new Body(value, $"{path}{name}.", faults);
        inner.Add(body);
        return body;
    }

    /// <summary>The guid at the end of {"data":{"guid":…}}, as text; null is a fault.</summary>
    public string? Related(string name)
    {
        var guid = Object(name)?.Object("data")?.Text("guid");
        if (guid is null)
        {
            Fault($"{Humanised(name)} must be structured like this: \"{name}: {{ data: {{ guid: valid guid }} }}\"");
        }

        return guid;
    }

    /// <summary>The app of the relationships, which must be there; null is a fault.</summary>
    public string? RelatedApp()
    {
        if (Object("relationships") is { } relationships)
        {
            return relationships.Related("app");
        }

        Fault("Relationships is not an object");
        return null;
    }

    /// <summary>The guids of {"data":[{"guid":…}]}; empty when it is not given.</summary>
    public ImmutableArray<Guid> RelatedMany(string name) => Object(name)?.Many(name) ?? [];

    /// <summary>The same of this object itself. What is no guid is the guid of nothing.</summary>
    public ImmutableArray<Guid> Many(string? name = null)
    {
        var guids = ImmutableArray.CreateBuilder<Guid>();
        var isWell = Value("data") is { ValueKind: JsonValueKind.Array } data && data.EnumerateArray().All(Take);
        if (!isWell)
        {
            Fault($"{(name is null ? "Data" : Humanised(name))} must be structured like this: \"{name ?? "data"}: {(name is null ? "" : "{ data: ")}[ {{ guid: valid guid }} ]{(name is null ? "" : " }")}\"");
        }

        return guids.ToImmutable();

        bool Take(JsonElement item)
        {
            if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty("guid", out var guid) || guid.ValueKind != JsonValueKind.String)
            {
                return false;
            }

            guids.Add(System.Guid.TryParseExact(guid.GetString(), "D", out var parsed) ? parsed : System.Guid.Empty);
            return true;
        }
    }

    public MetadataChange Metadata()
    {
        var metadata = Object("metadata");
        return metadata is null ? MetadataChange.None : new MetadataChange(Texts(metadata, "labels"), Texts(metadata, "annotations"));
    }

    /// <summary>The same, with the rules of keys and values asked at once: nothing else will be said of the change as a whole.</summary>
    public MetadataChange ValidMetadata()
    {
        var change = Metadata();
        faults.AddRange(MetadataRules.Faults(change.OnNothing));
        return change;
    }

    /// <summary>The members of an object whose names are the client's own.</summary>
    public IEnumerable<JsonProperty> Members(string name)
    {
        if (Value(name) is not { } value)
        {
            return [];
        }

        if (value.ValueKind == JsonValueKind.Object)
        {
            return value.EnumerateObject();
        }

        Fault($"{Humanised(name)} must be an object");
        return [];
    }

    private static string Humanised(string name) => char.ToUpperInvariant(name[0]) + name[1..].Replace('_', ' ');

    private static ImmutableSortedDictionary<string, string?> Texts(Body body, string name)
    {
        var texts = ImmutableSortedDictionary.CreateBuilder<string, string?>();
        foreach (var member in body.Members(name))
        {
            if (member.Value.ValueKind is JsonValueKind.String or JsonValueKind.Null)
            {
                texts[member.Name] = member.Value.GetString();
            }
            else
            {
                body.Fault($"Metadata {name[..^1]} value error: the value of '{member.Name}' must be a string");
            }
        }

        return texts.ToImmutable();
    }

    /// <summary>Whole numbers may be written as text (section 0.6).</summary>
    private long? Whole(string name, long min, long max)
    {
        if (Value(name) is not { } value)
        {
            return null;
        }

        var text = value.ValueKind switch
        {
            JsonValueKind.Number => value.GetRawText(),
            JsonValueKind.String => value.GetString()!,
            _ => "",
        };
        var (number, fault) = WholeNumber.Read(text, min, max);
        if (fault is not null)
        {
            Fault($"{Humanised(name)} {fault}");
        }

        return number;
    }

    private string[] Unknown() =>
    [
        .. element.EnumerateObject().Where(each => !known.Contains(each.Name)).Select(each => $"'{path}{each.Name}'"),
        .. inner.SelectMany(each => each.Unknown()),
    ];
}
