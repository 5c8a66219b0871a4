using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Granary.Grains.Ports;

namespace Granary.Api.Lists;

/// <summary>Cloud Foundry's label selector (section 1.8): requirements parted by commas, all of which must hold.</summary>
internal static partial class LabelSelector
{
    public const int RequirementsMax = 50;

    private const string Key = @"(?<key>(?:[A-Za-z0-9.-]{1,253}/)?[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)";

    private const string Value = "[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?";

    /// <summary>Null when the text is no selector.</summary>
    public static ImmutableArray<LabelRequirement>? Parse(string text)
    {
        var parts = Comma().Split(text);
        if (parts.Length > RequirementsMax)
        {
            return null;
        }

        var requirements = ImmutableArray.CreateBuilder<LabelRequirement>();
        foreach (var part in parts)
        {
            if (Requirement().Match(part.Trim()) is not { Success: true } match)
            {
                return null;
            }

            requirements.Add(Read(match));
        }

        return requirements.ToImmutable();
    }

    private static LabelRequirement Read(Match match)
    {
        var key = match.Groups["key"].Value;
        if (match.Groups["set"] is { Success: true } set)
        {
            return new LabelRequirement(
                key,
                match.Groups["in"].Value == "in" ? LabelRelation.In : LabelRelation.NotIn,
                [.. set.Value.Split(',', StringSplitOptions.TrimEntries)]);
        }

        return match.Groups["equality"] switch
        {
            { Success: true, Value: "!=" } => new LabelRequirement(key, LabelRelation.NotIn, [match.Groups["value"].Value]),
            { Success: true } => new LabelRequirement(key, LabelRelation.In, [match.Groups["value"].Value]),
            _ => new LabelRequirement(key, match.Groups["not"].Success ? LabelRelation.Absent : LabelRelation.Exists, []),
        };
    }

    /// <summary>A comma that is not inside a list of values.</summary>
    [GeneratedRegex(@",(?![^(]*\))")]
    private static partial Regex Comma();

    [GeneratedRegex($@"^(?:(?<not>!)\s*{Key}|{Key}|{Key}\s*(?<equality>==|=|!=)\s*(?<value>(?:{Value})?)|{Key}\s+(?<in>in|notin)\s*\(\s*(?<set>{Value}(?:\s*,\s*{Value})*)\s*\))$", RegexOptions.ExplicitCapture)]
    private static partial Regex Requirement();
}
