using System.Collections.Immutable;

namespace Granary.Core.Egress;

/// <summary>What the rules of all groups that hold in a space come to.</summary>
public static class EgressRules
{
    private static readonly AddressRange Everywhere = new(uint.MinValue, uint.MaxValue);

    /// <summary>
    /// The rules in normal form: one destination each, those of the same kind merged where they touch, sorted, without words. So two sets that permit the same in the same
    /// kinds of rules are one set. Null when one of them permits everything: then the others say nothing, and nothing has to be kept or set up. Empty permits nothing.
    /// </summary>
    public static ImmutableArray<EgressRule>? InForce(IEnumerable<EgressRule> rules)
    {
        var kinds = rules.GroupBy(Kind, rule => Destinations(rule.Destination)).Select(kind => (Rule: kind.Key, Ranges: Merged(kind.SelectMany(each => each)))).ToArray();
        return kinds.Any(kind => kind.Rule.Protocol == EgressRule.All && kind.Ranges is [var only] && only == Everywhere)
            ? null
            : [
                .. kinds
                    .OrderBy(kind => kind.Rule.Protocol, StringComparer.Ordinal)
                    .ThenBy(kind => kind.Rule.Ports, StringComparer.Ordinal)
                    .ThenBy(kind => kind.Rule.Type)
                    .ThenBy(kind => kind.Rule.Code)
                    .SelectMany(kind => kind.Ranges.Select(range => kind.Rule with { Destination = range.ToString() })),
            ];
    }

    /// <summary>What a valid rule names; nothing of one that is not valid.</summary>
    public static IEnumerable<AddressRange> Destinations(string text) =>
        text.Split(',').Select(each => each.Split('-') is [var first, var last] ? AddressRange.Between(first, last) : AddressRange.OfBlock(each)).OfType<AddressRange>();

    /// <summary>How many rules of the kernel's it takes at worst.</summary>
    public static long Reach(EgressRule rule) => (long)Destinations(rule.Destination).Count() * (rule.Ports is { } ports ? PortRange.Read(ports)?.Count ?? 1 : 1);

    /// <summary>The rule without its destination and its words.</summary>
    private static EgressRule Kind(EgressRule rule) => new(
        rule.Protocol,
        "",
        rule.Ports is { } ports ? string.Join(',', PortRange.Read(ports)!.Distinct().OrderBy(each => each.First)) : null,
        Any(rule.Type),
        Any(rule.Type) is null ? null : Any(rule.Code));

    private static int? Any(int? number) => number is -1 ? null : number;

    private static List<AddressRange> Merged(IEnumerable<AddressRange> ranges)
    {
        var merged = new List<AddressRange>();
        foreach (var range in ranges.OrderBy(each => each.First))
        {
            if (merged is [.., var before] && range.First <= before.Last + 1L)
            {
                merged[^1] = before with { Last = Math.Max(before.Last, range.Last) };
            }
            else
            {
                merged.Add(range);
            }
        }

        return merged;
    }
}
