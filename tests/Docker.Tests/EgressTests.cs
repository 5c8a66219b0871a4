using Granary.Core.Egress;
using Granary.Core.Runtime;
using Granary.Testing;

namespace Granary.Docker.Tests;

/// <summary>What containers reach under rules, asked of a real engine and a real kernel.</summary>
public class EgressTests(SharedEngine engine) : EngineTests(engine)
{
    /// <summary>Run by the host's perl in the container's network, because busybox has neither UDP nor the right to ping.</summary>
    private const string Reaches = $$"""
        use IO::Socket::INET; use IO::Select;
        sub tcp { IO::Socket::INET->new(PeerAddr => $_[0], PeerPort => $_[1], Timeout => 3) }
        sub udp { my $heard; my $one = IO::Socket::INET->new(Proto => "udp", PeerAddr => $_[0], PeerPort => $_[1]); send($one, "hi", 0); IO::Select->new($one)->can_read(1) && defined($one->recv($heard, 99)) && $heard eq "heard hi" }
        sub ping {
            socket(my $one, PF_INET, SOCK_RAW, 1) or die; my $sum = ~(0x0800 + 0x4242 + 1) & 0xffff;
            send($one, pack("C2n3", 8, 0, $sum, 0x4242, 1), 0, sockaddr_in(0, inet_aton($_[0])));
            while (IO::Select->new($one)->can_read(1)) { recv($one, my $answer, 99, 0); return 1 if ord(substr($answer, 20)) == 0 }
        }
        print join " ", map { $_ ? "yes" : "no" } tcp("{{Beyond.Address}}", 8000), tcp("{{Beyond.Address}}", 8001), tcp("{{Beyond.OtherAddress}}", 8000), scalar(udp("{{Beyond.Address}}", 8000)), scalar(ping("{{Beyond.Address}}"));
        """;

    /// <summary>In this order: TCP to the first port, to the second, to the first of the other address; UDP to the first port; a ping.</summary>
    public static TheoryData<string, string> Sets => new()
    {
        { "[]", "no no no no no" },
        { """[{"protocol":"tcp","destination":"198.51.100.2","ports":"8000"}]""", "yes no no no no" },
        { """[{"protocol":"tcp","destination":"198.51.100.0/24","ports":"7999-8001"}]""", "yes yes yes no no" },
        { """[{"protocol":"tcp","destination":"198.51.100.3-198.51.100.5","ports":"1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,8000"},{"protocol":"udp","destination":"198.51.100.2,203.0.113.1","ports":"53,8000"}]""", "no no yes yes no" },
        { """[{"protocol":"icmp","destination":"0.0.0.0/0","type":8,"code":0}]""", "no no no no yes" },
        { """[{"protocol":"icmp","destination":"198.51.100.1-198.51.100.6","type":-1,"code":-1}]""", "no no no no yes" },
        { """[{"protocol":"icmp","destination":"0.0.0.0/0","type":3,"code":-1},{"protocol":"icmp","destination":"0.0.0.0/0","type":255,"code":-1}]""", "no no no no no" },
        { """[{"protocol":"all","destination":"198.51.100.2"}]""", "yes yes no yes yes" },
        { """[{"protocol":"all","destination":"0.0.0.0-255.255.255.255"}]""", "yes yes yes yes yes" },
    };

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task What_rules_permit_is_reached_and_nothing_else(string rules, string reached)
    {
        await using var beyond = await Beyond.Make();

        Assert.Equal(reached, await Reached(rules));
        // The second finds everything in place.
        Assert.Equal(reached, await Reached(rules));
    }

    [Fact]
    public async Task Whatever_the_rules_permit_the_host_and_containers_of_other_networks_are_not_reached()
    {
        await using var beyond = await Beyond.Make();
        var server = await Cell.Started(Cell.Image("nc -l -p 8000 -e true; sleep 100", network: ContainerNetwork.Outbound));
        var address = (await Cell.Client.Containers.InspectContainerAsync(server.ContainerName)).NetworkSettings!.Networks!.Values.Single().IPAddress;
        using var onHost = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Any, 0);
        onHost.Start();
        var port = ((System.Net.IPEndPoint)onHost.LocalEndpoint).Port;

        var ran = await Cell.Run(Under(
            """[{"protocol":"all","destination":"0.0.0.0-223.255.255.255"}]""",
            $"""
            for target in {Beyond.Address}:8000 {Beyond.HostSide}:{port} $(ip route | awk '/default/ {"{print $3}"}'):{port} {address}:8000 169.254.169.254:80; do
              nc -w 2 $(echo $target | tr ':' ' ') </dev/null >/dev/null 2>&1 && echo reached || echo refused
            done
            """));

        Assert.True(ran.Out == "reached\nrefused\nrefused\nrefused\nrefused\n", ran.ToString());
    }

    [Fact]
    public async Task What_stands_is_not_touched_and_the_next_process_finds_it()
    {
        const string Rules = """[{"protocol":"tcp","destination":"198.51.100.3-198.51.100.5","ports":"443,80"},{"protocol":"icmp","destination":"198.51.100.0/24","type":3,"code":4},{"protocol":"all","destination":"198.51.100.9"}]""";
        await Cell.Created(Under(Rules, "true"));
        var (table, networks) = (await NetworkTests.Iptables("-S"), await Names(Cell));

        await Cell.Created(Under(Rules, "true"));
        await using (var next = new Cell(Engine))
        {
            await next.Created(Under(Rules, "true"));
            Assert.Equal(networks, await Names(next));
            Assert.Equal(table, await NetworkTests.Iptables("-S"));
        }
    }

    [Fact]
    public async Task A_network_goes_when_it_was_idle_for_long_and_neither_earlier_nor_under_a_container()
    {
        const string Kept = """[{"protocol":"all","destination":"198.51.100.77"}]""";
        const string Left = """[{"protocol":"all","destination":"198.51.100.78"}]""";
        await using var hasty = new Cell(Engine, options => options.NetworkIdle = TimeSpan.Zero);
        await Sweep();
        var bare = await Names(Cell);

        // Made and not started, which the engine does not count.
        var waiting = await Cell.Created(Under(Kept, "true"));
        await Cell.Run(Under(Left, "true"));
        var both = await Names(Cell);
        await Cell.Run(Cell.Image("true", network: ContainerNetwork.Outbound));
        Assert.Equal(both, await Names(Cell));
        await Sweep();

        Assert.Equal((bare.Length + 2, bare.Length + 1), (both.Length, (await Names(Cell)).Length));
        var table = await NetworkTests.Iptables("-S");
        Assert.Contains("198.51.100.77", table, StringComparison.Ordinal);
        Assert.DoesNotContain("198.51.100.78", table, StringComparison.Ordinal);

        await Cell.Runtime.Remove(waiting, default);
        await Sweep();

        Assert.Equal(bare, await Names(Cell));
        Assert.DoesNotContain("198.51.100.77", await NetworkTests.Iptables("-S"), StringComparison.Ordinal);
        // What is gone is made again.
        await Cell.Run(Under(Kept, "true"));

        Task Sweep() => hasty.Run(hasty.Image("true", network: ContainerNetwork.Outbound));
    }

    [Fact]
    public async Task Where_the_engine_has_no_subnet_left_those_make_room_that_nobody_uses()
    {
        // It has 15 at most.
        for (var number = 1; number <= 18; number++)
        {
            var attempt = await Cell.Created(Under($$"""[{"protocol":"all","destination":"198.51.100.{{number}}"}]""", "true"));
            await Cell.Runtime.Remove(attempt, default);
        }

        Assert.InRange((await Names(Cell)).Length, 2, 16);
    }

    private async Task<string> Reached(string rules)
    {
        var attempt = await Cell.Started(Under(rules, "sleep 100"));
        var container = await Cell.Client.Containers.InspectContainerAsync(attempt.ContainerName);
        var reached = await Command.Run("nsenter", ["-t", $"{container.State!.Pid}", "-n", "perl", "-e", Reaches]);
        await Cell.Runtime.Remove(attempt, default);
        return reached;
    }

    private ContainerSpec Under(string rules, string script)
    {
        using var json = System.Text.Json.JsonDocument.Parse(rules);
        var (read, faults) = EgressRuleReader.Read(json.RootElement);
        Assert.Empty(faults);
        return Cell.Image(script, network: ContainerNetwork.Outbound) with { Egress = EgressRules.InForce(read) };
    }

    private static async Task<string[]> Names(Cell cell) =>
        [.. (await cell.Client.Networks.ListNetworksAsync()).Select(each => each.Name).Where(name => name.StartsWith(cell.Options.NetworkName, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
}
