using System.Net;
using System.Net.Sockets;

namespace Granary.Bench;

/// <summary>Ports of this machine that nobody listens on.</summary>
internal static class FreePorts
{
    public static int[] Take(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        Array.ForEach(listeners, each => each.Start());
        var free = listeners.Select(each => ((IPEndPoint)each.LocalEndpoint).Port).ToArray();
        Array.ForEach(listeners, each => each.Dispose());
        return free;
    }
}
