namespace Granary.Silo.Docker;

/// <summary>
/// The rules on what comes in from a bridge of ours, in a chain of our own that nobody else fills or empties. Rules of others are never touched;
/// ours come before them.
/// </summary>
internal sealed class Firewall(IEnumerable<string> refusedRanges)
{
    /// <summary>The rules are the same for all our bridges of a host; another set of ranges gets another chain.</summary>
    private const string ChainPrefix = "GRANARY-";

    /// <summary>The engine passes all that it forwards through this chain first, and leaves it to others.</summary>
    private const string EngineChain = "DOCKER-USER";

    private readonly IReadOnlyList<string> rules =
    [
        // Answers to what came from outside, such as a request to a published port.
        "-m conntrack --ctstate RELATED,ESTABLISHED -j RETURN",
        .. refusedRanges.Select(range => $"-d {range} -j REJECT --reject-with icmp-port-unreachable"),
        "-m addrtype --dst-type LOCAL -j REJECT --reject-with icmp-port-unreachable",
    ];

    /// <summary>Sees to it that the rules stand, and stand first. Idempotent.</summary>
    public async Task Ensure(string bridge, CancellationToken cancellation)
    {
        var chain = ChainPrefix + Fingerprint();
        var table = Lines(await Run(["-S"], cancellation));
        if (!table.Contains($"-N {chain}"))
        {
            await MakeChain(chain, cancellation);
        }
        else if (!table.Where(line => line.StartsWith($"-A {chain} ", StringComparison.Ordinal)).Select(line => line[$"-A {chain} ".Length..]).SequenceEqual(rules))
        {
            throw new NetworkUnavailableException($"the firewall chain {chain} was changed by somebody else: delete it, and Granary makes it anew");
        }

        var jump = $"-i {bridge} -j {chain}";
        await EnsureFirst("INPUT", jump, table, cancellation);
        await EnsureFirst(table.Contains($"-N {EngineChain}") ? EngineChain : "FORWARD", jump, table, cancellation);
    }

    private async Task MakeChain(string chain, CancellationToken cancellation)
    {
        // Filled under another name first: nobody may find it half full.
        var unfinished = $"{chain}-{Guid.NewGuid():N}"[..28];
        await Run(["-N", unfinished], cancellation);
        foreach (var rule in rules)
        {
            await Run(["-A", unfinished, .. rule.Split(' ')], cancellation);
        }

        await Run(["-E", unfinished, chain], cancellation);
    }

    /// <summary>Jumps of several bridges of ours may stand before this one: each speaks of its own bridge only.</summary>
    private static async Task EnsureFirst(string chain, string jump, IReadOnlyList<string> table, CancellationToken cancellation)
    {
        var inChain = table.Where(line => line.StartsWith($"-A {chain} ", StringComparison.Ordinal)).Select(line => line[$"-A {chain} ".Length..]);
        var first = inChain.TakeWhile(line => line.Contains($" -j {ChainPrefix}", StringComparison.Ordinal));
        if (!first.Contains(jump))
        {
            await Run(["-I", chain, "1", .. jump.Split(' ')], cancellation);
        }
    }

    private string Fingerprint() => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', rules))))[..8];

    private static List<string> Lines(string output) => [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];

    private static async Task<string> Run(IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        // Others change the tables too: wait for the lock, at most five seconds.
        var result = await Tool.Run("iptables", ["-w", "5", .. arguments], cancellation);
        return result.ExitCode == 0
            ? result.Output
            : throw new NetworkUnavailableException($"the firewall cannot be set (iptables {string.Join(' ', arguments)}): {result.Errors}; run Granary as root, or the task without a network");
    }
}
