using System.Net;
using System.Net.Sockets;
using Docker.DotNet.Models;
using Granary.Core.Runtime;
using Granary.Testing;

namespace Granary.Docker.Tests;

public class NetworkTests(SharedEngine engine) : EngineTests(engine)
{
    [Fact]
    public async Task Outbound_reaches_what_lies_behind_the_host_but_not_the_host_nor_metadata_addresses()
    {
        await using var beyond = await Beyond.Make();
        using var onHost = new TcpListener(IPAddress.Any, 0);
        onHost.Start();
        var port = ((IPEndPoint)onHost.LocalEndpoint).Port;

        var ran = await Cell.Run(Cell.Image(
            $"""
            ip route | grep -q default && echo route
            for target in {Beyond.Address}:{Beyond.Port} {Beyond.HostSide}:{port} $(ip route | awk '/default/ {"{print $3}"}'):{port} 169.254.169.254:80; do
              nc -w 5 $(echo $target | tr ':' ' ') </dev/null >/dev/null 2>&1 && echo reached || echo refused
            done
            """,
            network: ContainerNetwork.Outbound));

        Assert.True(ran.Out == "route\nreached\nrefused\nrefused\nrefused\n", ran.ToString());
    }

    [Fact]
    public async Task Without_a_network_there_is_only_loopback()
    {
        var ran = await Cell.Run(Cell.Image("ls /sys/class/net"));

        Assert.Equal("lo\n", ran.Out);
    }

    [Fact]
    public async Task Containers_do_not_reach_each_other()
    {
        var server = await Cell.Started(Cell.Image("nc -l -p 8000 -e true; sleep 100", network: ContainerNetwork.Outbound));
        var address = (await Cell.Client.Containers.InspectContainerAsync(server.ContainerName)).NetworkSettings!.Networks!.Values.Single().IPAddress;

        var ran = await Cell.Run(Cell.Image($"nc -w 3 {address} 8000 </dev/null && echo reached || echo refused", network: ContainerNetwork.Outbound));

        Assert.Equal("refused\n", ran.Out);
    }

    [Fact]
    public async Task Rules_that_were_taken_away_are_back_before_the_next_container()
    {
        await Cell.Created(Cell.Image("true", network: ContainerNetwork.Outbound));
        var bridge = await BridgeOf();
        var rule = (await Iptables("-S", "INPUT")).Split('\n').Single(line => line.Contains($"-i {bridge} -j GRANARY-", StringComparison.Ordinal));
        await Iptables(["-D", .. rule.Split(' ').Skip(1)]);

        await Cell.Created(Cell.Image("true", network: ContainerNetwork.Outbound));
        await Cell.Created(Cell.Image("true", network: ContainerNetwork.Outbound));

        Assert.Single((await Iptables("-S", "INPUT")).Split('\n'), rule);
    }

    [Fact]
    public async Task A_network_of_somebody_else_with_our_name_is_refused_and_stays()
    {
        await Cell.Client.Networks.CreateNetworkAsync(new NetworksCreateParameters { Name = "theirs", Driver = "bridge" });
        await using var cell = new Cell(Engine, options => options.NetworkName = "theirs");

        var outcome = await cell.Runtime.Create(cell.Image("true", network: ContainerNetwork.Outbound), default);

        Assert.Contains("not Granary's", Assert.IsType<CreateOutcome.Impossible>(outcome).Reason, StringComparison.Ordinal);
        await Cell.Client.Networks.DeleteNetworkAsync("theirs");
    }

    private async Task<string> BridgeOf()
    {
        var network = (await Cell.Client.Networks.ListNetworksAsync()).Single(network => network.Name == Cell.Options.NetworkName);
        return $"br-{network.ID[..12]}";
    }

    internal static Task<string> Iptables(params string[] arguments) => Command.Run("iptables", ["-w", "5", .. arguments]);
}
