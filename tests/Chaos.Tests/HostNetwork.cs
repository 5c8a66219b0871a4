using System.Net;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Granary.Chaos.Tests;

/// <summary>Connections from a host's own network. The API listens on loopback, and each host has its own.</summary>
internal static partial class HostNetwork
{
    private const int NetworkNamespace = 0x40000000;

    /// <summary>A client on this host. Its calls are given up after <paramref name="timeout"/>: a silo that was stopped answers nobody.</summary>
    /// <param name="network">The file of its namespace.</param>
    public static HttpClient Client(string network, TimeSpan timeout) => new(new SocketsHttpHandler { ConnectCallback = (context, cancellation) => Connect(network, context.DnsEndPoint, cancellation) }) { Timeout = timeout };

    private static async ValueTask<Stream> Connect(string network, DnsEndPoint to, CancellationToken cancellation)
    {
        var socket = Open(network);
        try
        {
            await socket.ConnectAsync(IPAddress.Parse(to.Host), to.Port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A socket belongs to the network in which it was made, whoever uses it. The thread that enters the network ends there.</summary>
    private static Socket Open(string network)
    {
        Socket? socket = null;
        ExceptionDispatchInfo? fault = null;
        var thread = new Thread(() =>
        {
            try
            {
                using var target = File.OpenHandle(network);
                if (Enter(target, NetworkNamespace) != 0)
                {
                    throw new IOException($"{network} cannot be entered: {Marshal.GetLastPInvokeErrorMessage()}");
                }

                socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            }
            catch (Exception cause) when (cause is IOException or SocketException or UnauthorizedAccessException)
            {
                fault = ExceptionDispatchInfo.Capture(cause);
            }
        });
        thread.Start();
        thread.Join();
        fault?.Throw();
        return socket!;
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Enter(SafeFileHandle target, int kind);
}
