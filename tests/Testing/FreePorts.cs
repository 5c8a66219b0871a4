using System.Net;
using System.Net.Sockets;

namespace Granary.Testing;

/// <summary>Ports for processes that are about to be started.</summary>
public static class FreePorts
{
    /// <summary>Below the ports that the kernel gives to whoever asks for any (from 32768), so that no connection takes one before its process does.</summary>
    private const int First = 20000;
    private const int End = 32768;

    /// <summary>Nobody listens on them; drawn, so that suites that run side by side do not draw the same.</summary>
    public static int[] Take(int count)
    {
        var taken = new List<TcpListener>();
        while (taken.Count < count)
        {
            var listener = new TcpListener(IPAddress.Loopback, Random.Shared.Next(First, End));
            try
            {
                listener.Start();
                taken.Add(listener);
            }
            catch (SocketException inUse) when (inUse.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                listener.Dispose();
            }
        }

        var ports = taken.Select(each => ((IPEndPoint)each.LocalEndpoint).Port).ToArray();
        taken.ForEach(each => each.Dispose());
        return ports;
    }
}
