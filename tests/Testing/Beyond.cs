using System.Diagnostics;

namespace Granary.Testing;

/// <summary>
/// Another machine, as far as the network can tell: a network namespace with two addresses behind a route of the host's. On both, each of two ports is served over TCP and UDP, and pings
/// are answered.
/// </summary>
public sealed class Beyond : IAsyncDisposable
{
    public const string Address = "198.51.100.2";
    public const string OtherAddress = "198.51.100.3";
    public const string HostSide = "198.51.100.1";
    public const int Port = 8000;
    public const int OtherPort = 8001;
    private const string Name = "granary-beyond";

    private readonly Process server;

    private Beyond(Process server) => this.server = server;

    public static async Task<Beyond> Make()
    {
        await Script.Run("/bin/sh", "-ec", $"""
            # What a run that was killed left behind.
            ip link delete gr-beyond 2>/dev/null || :
            ip netns delete {Name} 2>/dev/null || :
            ip netns add {Name}
            ip link add gr-beyond type veth peer name eth0 netns {Name}
            ip address add {HostSide}/24 dev gr-beyond
            ip link set gr-beyond up
            ip -n {Name} address add {Address}/24 dev eth0
            ip -n {Name} address add {OtherAddress}/24 dev eth0
            ip -n {Name} link set eth0 up
            ip -n {Name} link set lo up
            """);
        var script = $$"""
            use IO::Socket::INET; use IO::Select; $| = 1;
            my $all = IO::Select->new(map { my $port = $_; map { IO::Socket::INET->new(Proto => $_, LocalPort => $port, $_ eq "tcp" ? (Listen => 9, ReuseAddr => 1) : ()) or die } qw(tcp udp) } {{Port}}, {{OtherPort}});
            print "up\n";
            while (1) { for my $one ($all->can_read) { if ($one->socktype == SOCK_STREAM) { close($one->accept) } else { $one->recv(my $said, 99); $one->send("heard $said") } } }
            """;
        var start = new ProcessStartInfo("ip", ["netns", "exec", Name, "perl", "-e", script]) { RedirectStandardOutput = true };
        var server = Process.Start(start)!;
        return await server.StandardOutput.ReadLineAsync() == "up" ? new Beyond(server) : throw new InvalidOperationException("The other machine did not come up.");
    }

    public async ValueTask DisposeAsync()
    {
        server.Kill();
        await server.WaitForExitAsync();
        server.Dispose();
        // The kernel takes a namespace's own end away later, and the next test makes this one again.
        await Script.Run("/bin/sh", "-ec", $"ip link delete gr-beyond; ip netns delete {Name}");
    }
}
