using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Granary.Core.Egress;

/// <summary>
/// Reads rules as clients write them, and says in Cloud Foundry's words what is wrong with them, all at once. They are those of a Cloud Controller that takes lists of
/// destinations and knows no IPv6.
/// </summary>
public static partial class EgressRuleReader
{
    private const string BadDestination = "destination must contain valid CIDR(s), IP address(es), or IP address range(s)";

    private const string BadPorts = "ports must be a valid single port, comma separated list of ports, or range or ports, formatted as a string";

    private static readonly ImmutableArray<string> Fields = ["code", "description", "destination", "log", "ports", "protocol", "type"];

    public static (ImmutableArray<EgressRule> Rules, ImmutableArray<string> Faults) Read(JsonElement rules)
    {
        if (rules.ValueKind != JsonValueKind.Array)
        {
            return ([], ["Rules must be an array"]);
        }

        var faults = rules.EnumerateArray().SelectMany((rule, index) => Faults(rule).Select(fault => $"Rules[{index}]: {fault}")).ToImmutableArray();
        if (!faults.IsEmpty)
        {
            return ([], faults);
        }

        faults = [.. rules.EnumerateArray().SelectMany((rule, index) => Misplaced(rule).Select(field => $"rules rule number {index + 1} contains the invalid field '{field}'"))];
        if (rules.GetRawText().Length > Limits.EgressRulesLength)
        {
            faults = faults.Add($"rules length must not exceed {Limits.EgressRulesLength} characters");
        }

        if (!faults.IsEmpty)
        {
            return ([], faults); // A field in the wrong place was not looked at, and may hold anything.
        }

        ImmutableArray<EgressRule> read = [.. rules.EnumerateArray().Select(Rule)];
        return read.Sum(EgressRules.Reach) > Limits.EgressReach
            ? ([], [$"rules must not have more than {Limits.EgressReach} destinations, counted once for each of their ports"])
            : (read, []);
    }

    private static EgressRule Rule(JsonElement rule) => new(
        rule.GetProperty("protocol").GetString()!,
        rule.GetProperty("destination").GetString()!,
        Of(rule, "ports")?.GetString(),
        Of(rule, "type")?.GetInt32(),
        Of(rule, "code")?.GetInt32(),
        Of(rule, "description") is { ValueKind: JsonValueKind.String } description ? description.GetString() : null,
        Of(rule, "log")?.GetBoolean());

    private static IEnumerable<string> Faults(JsonElement rule)
    {
        if (rule.ValueKind != JsonValueKind.Object)
        {
            return ["must be an object"];
        }

        var protocol = Of(rule, "protocol") is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
        return
        [
            .. UnknownFields(rule),
            .. protocol is EgressRule.Tcp or EgressRule.Udp or EgressRule.Icmp or "icmpv6" or EgressRule.All ? [] : (string[])["protocol must be 'tcp', 'udp', 'icmp', 'icmpv6' or 'all'"],
            .. DestinationFaults(Of(rule, "destination")),
            .. Of(rule, "description") is { ValueKind: not (JsonValueKind.String or JsonValueKind.False) } ? (string[])["description must be a string"] : [],
            .. Of(rule, "log") is { ValueKind: not (JsonValueKind.True or JsonValueKind.False) } ? (string[])["log must be a boolean"] : [],
            .. ProtocolFaults(rule, protocol),
        ];
    }

    private static IEnumerable<string> UnknownFields(JsonElement rule)
    {
        var unknown = rule.EnumerateObject().Select(each => each.Name).Except(Fields).ToArray();
        return unknown.Length == 0 ? [] : [$"unknown field(s): [{string.Join(", ", unknown.Select(each => $"\"{each}\""))}]"];
    }

    private static IEnumerable<string> DestinationFaults(JsonElement? destination)
    {
        if (destination is not { } given)
        {
            return ["nil destination; destination must be a comma-delimited list of valid CIDRs, IP addresses, or IP address ranges"];
        }

        if (given.ValueKind != JsonValueKind.String)
        {
            return ["destination must be a string"];
        }

        var text = given.GetString()!;
        return text.Any(char.IsWhiteSpace) ? ["destination must not contain whitespace"] : text.Split(',').SelectMany(DestinationFaults);
    }

    private static IEnumerable<string> DestinationFaults(string destination)
    {
        var ends = destination.Split('-');
        var hasZeros = ends.Any(each => LeadingZero().IsMatch(each));
        if (destination.Length == 0)
        {
            yield return "empty destination specified in comma-delimited list";
        }

        if (hasZeros)
        {
            yield return "destination octets cannot contain leading zeros";
        }

        if (ends is [var first, var last])
        {
            if (AddressRange.Between(first, last) is not { } range)
            {
                yield return "destination IP address range is invalid";
            }
            else if (range.First > range.Last)
            {
                yield return "beginning of IP address range is numerically greater than the end of its range (range endpoints are inverted)";
            }
        }
        else if (!hasZeros && AddressRange.OfBlock(destination) is null)
        {
            yield return BadDestination;
        }
    }

    private static IEnumerable<string> ProtocolFaults(JsonElement rule, string? protocol) => protocol switch
    {
        EgressRule.Tcp or EgressRule.Udp => PortFaults(Of(rule, "ports")),
        EgressRule.Icmp => [.. ControlFaults(rule, "code"), .. ControlFaults(rule, "type")],
        "icmpv6" => ["icmpv6 cannot be used if enable_ipv6 is false"],
        EgressRule.All when Of(rule, "ports") is not null => ["ports are not allowed for protocols of type all"],
        _ => [],
    };

    private static IEnumerable<string> PortFaults(JsonElement? ports)
    {
        if (ports is null)
        {
            yield return "ports are required for protocols of type TCP and UDP";
        }

        if (ports is not { ValueKind: JsonValueKind.String } text || PortRange.Read(text.GetString()!) is null)
        {
            yield return BadPorts;
        }
    }

    private static IEnumerable<string> ControlFaults(JsonElement rule, string field)
    {
        var value = Of(rule, field);
        if (value is null)
        {
            yield return $"{field} is required for protocols of type ICMP";
        }

        if (value is not { ValueKind: JsonValueKind.Number } number || !number.TryGetInt32(out var whole) || whole is < -1 or > 255)
        {
            yield return $"{field} must be an integer between -1 and 255 (inclusive)";
        }
    }

    /// <summary>What Cloud Foundry finds only in its second look, at what is otherwise valid.</summary>
    private static IEnumerable<string> Misplaced(JsonElement rule) => Of(rule, "protocol")!.Value.GetString() switch
    {
        EgressRule.Icmp => Given(rule, "ports"),
        _ => Given(rule, "type", "code").Concat(Of(rule, "protocol")!.Value.ValueEquals(EgressRule.All) ? Given(rule, "ports") : []),
    };

    private static IEnumerable<string> Given(JsonElement rule, params string[] fields) => fields.Where(field => Of(rule, field) is not null);

    /// <summary>Null for what is not there, and for what is null.</summary>
    private static JsonElement? Of(JsonElement rule, string field) => rule.TryGetProperty(field, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    [GeneratedRegex(@"(^|\.)0[0-9]", RegexOptions.ExplicitCapture)]
    private static partial Regex LeadingZero();
}
