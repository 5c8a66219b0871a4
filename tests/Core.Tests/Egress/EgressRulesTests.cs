using System.Text.Json;
using Granary.Core.Egress;

namespace Granary.Core.Tests.Egress;

public class EgressRulesTests
{
    /// <summary>What is written, and what it comes to: one rule a word, as protocol, destination and what narrows it.</summary>
    public static TheoryData<string, string> Sets => new()
    {
        { """[]""", "" },
        { """[{"protocol":"tcp","destination":"10.0.0.7","ports":"443"}]""", "tcp:10.0.0.7/32:443" },
        { """[{"protocol":"tcp","destination":"10.1.2.3/8","ports":" 443 , 80,443"}]""", "tcp:10.0.0.0/8:80,443" },
        { """[{"protocol":"udp","destination":"10.0.0.9,10.0.0.0-10.0.0.6","ports":"8080-8090"}]""", "udp:10.0.0.0-10.0.0.6:8080-8090 udp:10.0.0.9/32:8080-8090" },
        // They touch, or lie within each other; a range that is a block becomes one.
        { """[{"protocol":"all","destination":"10.0.0.4-10.0.0.7"},{"protocol":"all","destination":"10.0.0.0/30"},{"protocol":"all","destination":"10.0.0.5"}]""", "all:10.0.0.0/29" },
        // Rules of different kinds stay apart.
        { """[{"protocol":"tcp","destination":"10.0.0.1","ports":"80"},{"protocol":"tcp","destination":"10.0.0.1","ports":"443"},{"protocol":"all","destination":"10.0.0.1","log":true,"description":"all of it"}]""", "all:10.0.0.1/32 tcp:10.0.0.1/32:443 tcp:10.0.0.1/32:80" },
        { """[{"protocol":"icmp","destination":"0.0.0.0/0","type":8,"code":0},{"protocol":"icmp","destination":"10.0.0.1","type":3,"code":-1},{"protocol":"icmp","destination":"10.0.0.2","type":-1,"code":7}]""", "icmp:10.0.0.2/32 icmp:10.0.0.1/32:3 icmp:0.0.0.0/0:8/0" },
        { """[{"protocol":"tcp","destination":"0.0.0.0/0","ports":"1-65535"}]""", "tcp:0.0.0.0/0:1-65535" },
        { """[{"protocol":"tcp","destination":"10.0.0.1","ports":"80"},{"protocol":"all","destination":"0.0.0.0-255.255.255.255"}]""", "everything" },
        { """[{"protocol":"all","destination":"128.0.0.0/1"},{"protocol":"all","destination":"0.0.0.0-127.255.255.255"}]""", "everything" },
        { """[{"protocol":"all","destination":"0.0.0.0-255.255.255.254"}]""", "all:0.0.0.0-255.255.255.254" },
    };

    [Theory]
    [MemberData(nameof(Sets))]
    public void Rules_come_to_a_normal_form(string rules, string expected)
    {
        var read = Read(rules);

        Assert.Equal(expected, Words(EgressRules.InForce(read)));
        Assert.Equal(expected, Words(EgressRules.InForce(read.Reverse().Concat(read))));
        if (EgressRules.InForce(read) is { } normal)
        {
            Assert.Equal(expected, Words(EgressRules.InForce(normal)));
        }
    }

    [Fact]
    public void A_description_that_is_false_is_none() => Assert.Equal([new EgressRule(EgressRule.All, "10.0.0.1")], Read("""[{"protocol":"all","destination":"10.0.0.1","description":false}]"""));

    [Fact]
    public void Rules_are_kept_as_they_were_written()
    {
        const string Written = """[{"Protocol":"icmp","Destination":"10.0.0.1/8","Type":-1,"Code":0,"Description":"ping","Log":false}]""";

        Assert.Equal(Written, JsonSerializer.Serialize(Read("""[{"log":false,"protocol":"icmp","destination":"10.0.0.1/8","ports":null,"type":-1,"code":0,"description":"ping"}]""")));
    }

    [Theory]
    [InlineData("""{}""", "Rules must be an array")]
    [InlineData("""[7]""", "Rules[0]: must be an object")]
    [InlineData("""[{"protocol":"all","destination":"10.0.0.1"},{"protocol":"sctp","destination":"10.0.0.1","colour":"red","taste":1}]""", """Rules[1]: unknown field(s): ["colour", "taste"]|Rules[1]: protocol must be 'tcp', 'udp', 'icmp', 'icmpv6' or 'all'""")]
    [InlineData("""[{"protocol":7,"destination":7,"description":7,"log":7}]""", "Rules[0]: protocol must be 'tcp', 'udp', 'icmp', 'icmpv6' or 'all'|Rules[0]: destination must be a string|Rules[0]: description must be a string|Rules[0]: log must be a boolean")]
    [InlineData("""[{"protocol":"all"}]""", "Rules[0]: nil destination; destination must be a comma-delimited list of valid CIDRs, IP addresses, or IP address ranges")]
    [InlineData("""[{"protocol":"all","destination":"10.0.0.1, 10.0.0.2"}]""", "Rules[0]: destination must not contain whitespace")]
    [InlineData("""[{"protocol":"all","destination":"10.0.0.1,,here"}]""", "Rules[0]: empty destination specified in comma-delimited list|Rules[0]: destination must contain valid CIDR(s), IP address(es), or IP address range(s)|Rules[0]: destination must contain valid CIDR(s), IP address(es), or IP address range(s)")]
    [InlineData("""[{"protocol":"all","destination":"10.0.0.1/33,10.0.0.256,10.0.0,10.0.0.1/+8,::1"}]""", "Rules[0]: destination must contain valid CIDR(s), IP address(es), or IP address range(s)", 5)]
    [InlineData("""[{"protocol":"all","destination":"10.0.0.01,010.0.0.1/8"}]""", "Rules[0]: destination octets cannot contain leading zeros", 2)]
    [InlineData("""[{"protocol":"all","destination":"10.0.0.2-10.0.0.1"}]""", "Rules[0]: beginning of IP address range is numerically greater than the end of its range (range endpoints are inverted)")]
    [InlineData("""[{"protocol":"all","destination":"10.0.0.0/8-10.0.0.1"}]""", "Rules[0]: destination IP address range is invalid")]
    [InlineData("""[{"protocol":"all","destination":"1.1.1.1-2.2.2.2-3.3.3.3"}]""", "Rules[0]: destination must contain valid CIDR(s), IP address(es), or IP address range(s)")]
    [InlineData("""[{"protocol":"tcp","destination":"10.0.0.1"}]""", "Rules[0]: ports are required for protocols of type TCP and UDP|Rules[0]: ports must be a valid single port, comma separated list of ports, or range or ports, formatted as a string")]
    [InlineData("""[{"protocol":"udp","destination":"10.0.0.1","ports":80},{"protocol":"udp","destination":"10.0.0.1","ports":"0"},{"protocol":"udp","destination":"10.0.0.1","ports":"80-80"},{"protocol":"udp","destination":"10.0.0.1","ports":"80,65536"},{"protocol":"udp","destination":"10.0.0.1","ports":"80,90-100"}]""", "Rules[{0}]: ports must be a valid single port, comma separated list of ports, or range or ports, formatted as a string", 5)]
    [InlineData("""[{"protocol":"icmp","destination":"10.0.0.1","type":256}]""", "Rules[0]: code is required for protocols of type ICMP|Rules[0]: code must be an integer between -1 and 255 (inclusive)|Rules[0]: type must be an integer between -1 and 255 (inclusive)")]
    [InlineData("""[{"protocol":"icmp","destination":"10.0.0.1","type":"8","code":1.5}]""", "Rules[0]: code must be an integer between -1 and 255 (inclusive)|Rules[0]: type must be an integer between -1 and 255 (inclusive)")]
    [InlineData("""[{"protocol":"icmpv6","destination":"10.0.0.1"}]""", "Rules[0]: icmpv6 cannot be used if enable_ipv6 is false")]
    [InlineData("""[{"protocol":"all","destination":"10.0.0.1","ports":"80"}]""", "Rules[0]: ports are not allowed for protocols of type all")]
    [InlineData("""[{"protocol":"icmp","destination":"10.0.0.1","type":8,"code":0,"ports":"80"},{"protocol":"all","destination":"10.0.0.1","code":0}]""", "rules rule number 1 contains the invalid field 'ports'|rules rule number 2 contains the invalid field 'code'")]
    [InlineData("""[{"protocol":"tcp","destination":"10.0.0.1","ports":"80","type":"x","code":1.5}]""", "rules rule number 1 contains the invalid field 'type'|rules rule number 1 contains the invalid field 'code'")]
    [InlineData("""[{"protocol":"icmp","destination":"10.0.0.1","type":8,"code":0,"ports":80}]""", "rules rule number 1 contains the invalid field 'ports'")]
    public void What_is_wrong_is_said_in_Cloud_Foundrys_words(string rules, string faults, int times = 1)
    {
        using var json = JsonDocument.Parse(rules);

        Assert.Equal(Enumerable.Range(0, times).SelectMany(index => faults.Replace("{0}", $"{index}", StringComparison.Ordinal).Split('|')), EgressRuleReader.Read(json.RootElement).Faults);
    }

    [Fact]
    public void Rules_have_bounds()
    {
        var ports = string.Join(',', Enumerable.Range(1, 100));
        string Rules(int destinations) => $$"""[{"protocol":"tcp","destination":"{{string.Join(',', Enumerable.Range(1, destinations).Select(each => $"10.0.0.{each}"))}}","ports":"{{ports}}"}]""";
        using var much = JsonDocument.Parse(Rules(41));
        using var wordy = JsonDocument.Parse($$"""[{"protocol":"all","destination":"10.0.0.1","description":"{{new string('x', 64 * 1024)}}"}]""");

        Assert.NotEmpty(Read(Rules(40)));
        Assert.Equal(["rules must not have more than 4096 destinations, counted once for each of their ports"], EgressRuleReader.Read(much.RootElement).Faults.AsEnumerable());
        Assert.Equal(["rules length must not exceed 65536 characters"], EgressRuleReader.Read(wordy.RootElement).Faults.AsEnumerable());
    }

    private static IReadOnlyList<EgressRule> Read(string rules)
    {
        using var json = JsonDocument.Parse(rules);
        var (read, faults) = EgressRuleReader.Read(json.RootElement);
        Assert.Empty(faults);
        return read;
    }

    private static string Words(IEnumerable<EgressRule>? rules) => rules is null
        ? "everything"
        : string.Join(' ', rules.Select(each => $"{each.Protocol}:{each.Destination}{(each.Ports is { } ports ? $":{ports}" : "")}{(each.Type is { } type ? $":{type}" : "")}{(each.Code is { } code ? $"/{code}" : "")}"));
}
