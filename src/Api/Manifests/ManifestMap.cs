using System.Collections.Immutable;
using System.Globalization;

namespace Granary.Api.Manifests;

/// <summary>
/// A mapping of a manifest, read key by key. What is wrong is noted, so that one answer can name every fault. Keys may be written with "-" or "_", and those
/// that nobody asks for are ignored. A key whose value is null counts as not given, unless it is asked for by <see cref="Has"/>.
/// </summary>
internal sealed class ManifestMap(Yaml.Map map, Action<string> fault)
{
    private const string Units = "B, K, KB, M, MB, G, GB, T, or TB";

    public void Fault(string words) => fault(words);

    public bool Has(string key) => map.Entries.Any(each => Is(each.Key, key));

    public Yaml? Value(string key) => map.Entries.FirstOrDefault(each => Is(each.Key, key)).Value is { } value and not Yaml.Scalar { IsNull: true } ? value : null;

    public string? Text(string key) => Value(key) switch
    {
        null => null,
        Yaml.Scalar scalar => scalar.Text,
        _ => Wrong<string>($"{Humanised(key)} must be a string"),
    };

    public bool Truth(string key) => Value(key) switch
    {
        null => false,
        Yaml.Scalar { Text: "true" or "True" or "TRUE" or "yes" or "on" } => true,
        Yaml.Scalar { Text: "false" or "False" or "FALSE" or "no" or "off" } => false,
        _ => Wrong<bool>($"{Humanised(key)} must be a boolean"),
    };

    public int? Whole(string key)
    {
        if (Value(key) is not { } value)
        {
            return null;
        }

        return value is Yaml.Scalar { Text: var text } && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : Wrong<int?>($"{Humanised(key)} must be an integer");
    }

    /// <summary>A size with its unit, in MB: "64M".</summary>
    public int? Megabytes(string key) => Bytes(key) switch
    {
        null => null,
        < 1 << 20 => Wrong<int?>($"{Humanised(key)} must be greater than 0MB"),
        > (long)int.MaxValue << 20 => Wrong<int?>($"{Humanised(key)} is too large"),
        { } bytes => (int)(bytes >> 20),
    };

    /// <summary>A size in bytes; -1 and 0 need no unit.</summary>
    public long? Rate(string key) => Value(key) switch
    {
        Yaml.Scalar { Text: "-1" } => -1,
        Yaml.Scalar { Text: "0" } => 0,
        _ => Bytes(key),
    };

    public ManifestMap? Map(string key) => Value(key) switch
    {
        null => null,
        Yaml.Map inner => new ManifestMap(inner, fault),
        _ => Wrong<ManifestMap>($"{Humanised(key)} must be an object"),
    };

    public ImmutableArray<Yaml> List(string key) => Value(key) switch
    {
        null => [],
        Yaml.List { Items: var items } => items,
        _ => Wrong<ImmutableArray<Yaml>?>($"{Humanised(key)} must be an array") ?? [],
    };

    /// <summary>A mapping whose keys are the user's own, with texts, numbers and truth values as texts; null removes a key.</summary>
    public ImmutableSortedDictionary<string, string?> Texts(string key)
    {
        var texts = ImmutableSortedDictionary.CreateBuilder<string, string?>(StringComparer.Ordinal);
        switch (Value(key))
        {
            case null:
                break;
            case Yaml.Map { Entries: var entries }:
                foreach (var (name, value) in entries)
                {
                    texts[name] = value is Yaml.Scalar scalar ? scalar.IsNull ? null : scalar.Text : Wrong<string>($"{Humanised(key)} value of '{name}' must be a string");
                }

                break;
            default:
                fault($"{Humanised(key)} must be an object of keys and values");
                break;
        }

        return texts.ToImmutable();
    }

    private long? Bytes(string key)
    {
        if (Value(key) is not { } value)
        {
            return null;
        }

        if (value is Yaml.Scalar { Text: var text } && text.TrimEnd("BKMGTbkmgt".ToCharArray()) is { Length: > 0 } digits
            && Shift(text[digits.Length..].ToUpperInvariant()) is { } shift
            && decimal.TryParse(digits.Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
        {
            return number < long.MaxValue >> shift ? (long)(number * (1L << shift)) : long.MaxValue;
        }

        return Wrong<long?>($"{Humanised(key)} must use a supported unit: {Units}");
    }

    private static int? Shift(string unit) => unit switch
    {
        "B" => 0,
        "K" or "KB" => 10,
        "M" or "MB" => 20,
        "G" or "GB" => 30,
        "T" or "TB" => 40,
        _ => null,
    };

    private T? Wrong<T>(string words)
    {
        fault(words);
        return default;
    }

    private static bool Is(string written, string key) => written.Replace('-', '_') == key;

    private static string Humanised(string key) => char.ToUpperInvariant(key[0]) + key[1..].Replace('_', ' ');
}
