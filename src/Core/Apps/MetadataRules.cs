using System.Collections.Immutable;

namespace Granary.Core.Apps;

/// <summary>Cloud Foundry's rules for labels and annotations (section 1.8): every fault is one text.</summary>
public static class MetadataRules
{
    public static ImmutableArray<string> Faults(Metadata metadata)
    {
        var faults = ImmutableArray.CreateBuilder<string>();
        if (metadata.Labels.Count > Limits.Labels)
        {
            faults.Add($"Failed to add {metadata.Labels.Count} labels because it would exceed maximum of {Limits.Labels}");
        }

        if (metadata.Annotations.Count > Limits.Annotations)
        {
            faults.Add($"Failed to add {metadata.Annotations.Count} annotations because it would exceed maximum of {Limits.Annotations}");
        }

        foreach (var (key, value) in metadata.Labels)
        {
            faults.AddRange(KeyFaults("label", key));
            if (value.Length > 0 && !IsName(value))
            {
                faults.Add($"Metadata label value error: '{value}' must be up to {Limits.LabelNameLength} letters, digits, '-', '_' or '.', and start and end with a letter or digit");
            }
        }

        foreach (var (key, value) in metadata.Annotations)
        {
            faults.AddRange(KeyFaults("annotation", key));
            if (value.Length > Limits.AnnotationValueLength)
            {
                faults.Add($"Metadata annotation value error: the value of '{key}' is longer than {Limits.AnnotationValueLength} characters");
            }
        }

        return faults.ToImmutable();
    }

    /// <summary>Merges a change: a null value deletes its key (section 1.8).</summary>
    public static ImmutableSortedDictionary<string, string> Merge(ImmutableSortedDictionary<string, string> before, IEnumerable<KeyValuePair<string, string?>> change) =>
        change.Aggregate(before, (merged, each) => each.Value is null ? merged.Remove(each.Key) : merged.SetItem(each.Key, each.Value));

    /// <summary>The same for labels and annotations together.</summary>
    public static Metadata Merge(Metadata before, IEnumerable<KeyValuePair<string, string?>> labels, IEnumerable<KeyValuePair<string, string?>> annotations) =>
        new(Merge(before.Labels, labels), Merge(before.Annotations, annotations));

    private static IEnumerable<string> KeyFaults(string kind, string key)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        var prefix = slash < 0 ? null : key[..slash];
        var name = key[(slash + 1)..];
        if (!IsName(name))
        {
            yield return $"Metadata {kind} key error: '{key}' must be up to {Limits.LabelNameLength} letters, digits, '-', '_' or '.', and start and end with a letter or digit";
        }

        if (prefix is not null && !IsDnsName(prefix))
        {
            yield return $"Metadata {kind} key error: prefix '{prefix}' must be a DNS name of at most {Limits.LabelPrefixLength} characters";
        }
        else if (string.Equals(prefix, "cloudfoundry.org", StringComparison.OrdinalIgnoreCase))
        {
            yield return $"Metadata {kind} key error: prefix 'cloudfoundry.org' is reserved";
        }
    }

    private static bool IsName(string text) =>
        text.Length is > 0 and <= Limits.LabelNameLength
        && char.IsAsciiLetterOrDigit(text[0])
        && char.IsAsciiLetterOrDigit(text[^1])
        && text.All(each => char.IsAsciiLetterOrDigit(each) || each is '-' or '_' or '.');

    private static bool IsDnsName(string text) =>
        text.Length is > 0 and <= Limits.LabelPrefixLength
        && text.Split('.').All(part => part.Length is > 0 and <= 63 && part.All(each => char.IsAsciiLetterOrDigit(each) || each == '-') && part[0] != '-' && part[^1] != '-');
}
