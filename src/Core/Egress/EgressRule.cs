using System.Text.Json.Serialization;

namespace Granary.Core.Egress;

/// <summary>Something that containers may reach: as an operator wrote it, or in normal form (<see cref="EgressRules.InForce"/>).</summary>
/// <param name="Protocol">tcp, udp, icmp or all.</param>
/// <param name="Destination">Addresses, blocks and ranges of IPv4, parted by commas; in normal form exactly one of them.</param>
/// <param name="Ports">A port, a list or a range of them; of tcp and udp only.</param>
/// <param name="Type">Of icmp only; -1, in normal form null, is any type, whatever the code.</param>
/// <param name="Code">Of icmp only; -1, in normal form null, is any code.</param>
/// <param name="Description">Kept and shown; in normal form null.</param>
/// <param name="Log">Kept and shown, and nothing is logged; in normal form null.</param>
public sealed record EgressRule(
    string Protocol,
    string Destination,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Ports = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Type = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Code = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Description = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? Log = null)
{
    public const string Tcp = "tcp";

    public const string Udp = "udp";

    public const string Icmp = "icmp";

    public const string All = "all";
}
