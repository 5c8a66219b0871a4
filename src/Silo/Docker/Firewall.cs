using System.Collections.Immutable;
using Granary.Core.Egress;

namespace Granary.Silo.Docker;

/// <summary>
/// The rules on what comes in from a bridge of ours, in a chain of our own that nobody else fills or empties. Rules of others are never touched;
/// ours come before them.
/// </summary>
/// <param name="egress">What may be reached of what is not refused, in normal form; null for all of it.</param>
internal sealed class Firewall(IEnumerable<string> refusedRanges, ImmutableArray<EgressRule>? egress)
{
    /// <summary>Chains are named after the rules in them, so that all bridges of a host with the same rules have the same one.</summary>
    private const string ChainPrefix = "GRANARY-";

    /// <summary>The engine passes all that it forwards through this chain first, and leaves it to others.</summary>
    private const string EngineChain = "DOCKER-USER";

    private const string Refuse = "-j REJECT --reject-with icmp-port-unreachable";

    /// <summary>Of one rule of the kernel's.</summary>
    private const int PortsMax = 15;

    /// <summary>The kernel takes this one for any type, so a rule that names it permits nothing.</summary>
    private const int AnyType = 255;

    /// <summary>As iptables prints them, because that is how they are found again.</summary>
    private readonly IReadOnlyList<string> rules =
    [
        // Answers to what came from outside, such as a request to a published port.
        "-m conntrack --ctstate RELATED,ESTABLISHED -j RETURN",
        .. refusedRanges.Select(range => $"-d {range} {Refuse}"),
        $"-m addrtype --dst-type LOCAL {Refuse}",
        .. egress is { } permitted ? [.. permitted.SelectMany(Permits), Refuse] : Array.Empty<string>(),
    ];

    /// <summary>Of the rules.</summary>
    public string Fingerprint => field ??= Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', rules))))[..8];

    /// <summary>Sees to it that the rules stand, and stand first: all at once, or nothing is changed. Idempotent.</summary>
    public async Task Ensure(string bridge, CancellationToken cancellation)
    {
        var chain = ChainPrefix + Fingerprint;
        var table = await Table(cancellation);
        var stands = table.Contains($"-N {chain}");
        if (stands && !In(chain, table).SequenceEqual(rules))
        {
            throw new NetworkUnavailableException($"the firewall chain {chain} was changed by somebody else: delete it, and Granary makes it anew");
        }

        var jump = $"-i {bridge} -j {chain}";
        string[] lacking = [.. new[] { "INPUT", table.Contains($"-N {EngineChain}") ? EngineChain : "FORWARD" }.Where(each => !IsFirst(each, jump, table))];
        if (!stands || lacking.Length > 0)
        {
            // With the chain, because somebody may take it away meanwhile.
            await Change([$":{chain} - [0:0]", .. rules.Select(rule => $"-A {chain} {rule}"), .. lacking.Select(each => $"-I {each} 1 {jump}")], cancellation);
        }
    }

    /// <summary>Takes away what was made for a bridge that is gone: the jumps, and chains to which nothing else jumps.</summary>
    public static async Task Forget(string bridge, CancellationToken cancellation)
    {
        var table = await Table(cancellation);
        string[] jumps = [.. table.Where(line => line.StartsWith("-A ", StringComparison.Ordinal) && line.Contains($" -j {ChainPrefix}", StringComparison.Ordinal))];
        string[] ours = [.. jumps.Where(line => line.Contains($" -i {bridge} -j ", StringComparison.Ordinal))];
        var unused = ours.Select(ChainOf).Except(jumps.Except(ours).Select(ChainOf)).ToArray();
        await Change([.. ours.Select(line => $"-D{line[2..]}"), .. unused.Select(chain => $"-F {chain}"), .. unused.Select(chain => $"-X {chain}")], cancellation);
    }

    private static string ChainOf(string jump) => jump[(jump.LastIndexOf(' ') + 1)..];

    private static IEnumerable<string> Permits(EgressRule rule)
    {
        var destination = rule.Destination switch
        {
            "0.0.0.0/0" => "",
            var range when range.Contains('-', StringComparison.Ordinal) => $"-m iprange --dst-range {range}",
            var block => $"-d {block}",
        };
        string[] matches = rule switch
        {
            { Ports: { } ports } => [.. PortRange.Read(ports)!.Select(each => each.ToString().Replace('-', ':')).Chunk(PortsMax).Select(chunk => $"-m multiport --dports {string.Join(',', chunk)}")],
            { Type: AnyType } => [],
            { Type: { } type } => [$"-m icmp --icmp-type {type}{(rule.Code is { } code ? $"/{code}" : "")}"],
            _ => [""],
        };
        var protocol = rule.Protocol == EgressRule.All ? "" : $"-p {rule.Protocol}";
        // Blocks stand before the protocol, ranges behind it.
        string[] head = destination.StartsWith("-d", StringComparison.Ordinal) ? [destination, protocol] : [protocol, destination];
        return matches.Select(match => string.Join(' ', ((string[])[.. head, match, "-j RETURN"]).Where(each => each.Length > 0)));
    }

    /// <summary>Jumps of several bridges of ours may stand before this one: each speaks of its own bridge only.</summary>
    private static bool IsFirst(string chain, string jump, IReadOnlyList<string> table) =>
        In(chain, table).TakeWhile(line => line.Contains($" -j {ChainPrefix}", StringComparison.Ordinal)).Contains(jump);

    private static IEnumerable<string> In(string chain, IReadOnlyList<string> table) =>
        table.Where(line => line.StartsWith($"-A {chain} ", StringComparison.Ordinal)).Select(line => line[$"-A {chain} ".Length..]);

    private static async Task<IReadOnlyList<string>> Table(CancellationToken cancellation) =>
        (await Run("iptables", ["-S"], "", cancellation)).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>All of it, or nothing.</summary>
    private static async Task Change(IEnumerable<string> lines, CancellationToken cancellation) =>
        await Run("iptables-restore", ["--noflush"], string.Join('\n', ["*filter", .. lines, "COMMIT", ""]), cancellation);

    private static async Task<string> Run(string tool, IReadOnlyList<string> arguments, string input, CancellationToken cancellation)
    {
        // Others change the tables too: wait for the lock, at most five seconds.
        var result = await Tool.Run(tool, ["-w", "5", .. arguments], cancellation, input);
        return result.ExitCode == 0
            ? result.Output
            : throw new NetworkUnavailableException($"the firewall cannot be set ({tool} {string.Join(' ', arguments)}): {result.Errors}; run Granary as root, or the task without a network");
    }
}
