using System.Net;
using System.Net.Sockets;

namespace Granary.Silo;

/// <summary>Asks for the ports of a silo before anything else happens, since what opens them later cannot name the switch.</summary>
internal static class Ports
{
    /// <exception cref="IOException">Some cannot be had; each has a line in the message.</exception>
    public static void Check(SiloOptions options)
    {
        var http = new Uri(options.Http);
        var own = IPAddress.Parse(options.Advertise);
        (string Switch, IPAddress Address, int Port)[] wanted =
        [
            ("--http", IPAddress.TryParse(http.Host.Trim('[', ']'), out var address) ? address : IPAddress.Loopback, http.Port),
            ("--silo-port", own, options.SiloPort),
            ("--gateway-port", own, options.GatewayPort),
        ];
        string[] faults = [.. wanted.Select(each => Fault(each.Switch, new IPEndPoint(each.Address, each.Port))).OfType<string>()];
        if (faults.Length > 0)
        {
            throw new IOException(string.Join(Environment.NewLine, faults));
        }
    }

    private static string? Fault(string name, IPEndPoint endpoint)
    {
        try
        {
            using var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(endpoint);
            socket.Listen();
            return null;
        }
        catch (SocketException fault)
        {
            return fault.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => $"{name}: another program listens at {endpoint}, perhaps another silo: stop it, or choose another port.",
                SocketError.AccessDenied => $"{name}: this user may not listen at {endpoint}: choose a port above 1023.",
                _ => $"{name}: nothing can listen at {endpoint}: {fault.Message}.",
            };
        }
    }
}
