using System.Net;
using Granary.Grains.Contracts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Granary.Client;

/// <summary>A program's connection to the cluster, for programs that host nothing themselves. One per program is enough; it may be used from many threads.</summary>
public sealed class GranaryConnection : IAsyncDisposable
{
    /// <summary>A call to a grain whose silo has just died is heard of again only when it is given up; it is tried again then. Calls that take longer say so themselves.</summary>
    private static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(5);

    private readonly IHost host;

    private GranaryConnection(IHost host)
    {
        this.host = host;
        Client = new GranaryClient(host.Services.GetRequiredService<IGrainFactory>(), TimeProvider.System);
    }

    public GranaryClient Client { get; }

    /// <summary>Connects to a silo's gateway, <c>--gateway-port</c>, on this machine or at the address that the silo advertises. Throws Orleans' <see cref="SiloUnavailableException"/> when nobody answers there.</summary>
    public static async Task<GranaryConnection> Open(int gatewayPort = 30000, IPAddress? address = null, string clusterId = "granary", string serviceId = "granary", CancellationToken cancellation = default)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.UseOrleansClient(client =>
        {
            client.UseStaticClustering(new IPEndPoint(address ?? IPAddress.Loopback, gatewayPort));
            client.Services.Configure<Orleans.Configuration.ClusterOptions>(cluster => (cluster.ServiceId, cluster.ClusterId) = (serviceId, clusterId));
            client.Services.Configure<Orleans.Configuration.ClientMessagingOptions>(messaging => messaging.ResponseTimeout = ResponseTimeout);
            client.Services.AddGranaryWire();
        });
        var host = builder.Build();
        try
        {
            await host.StartAsync(cancellation);
            return new GranaryConnection(host);
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        host.Dispose();
    }
}
