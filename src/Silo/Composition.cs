using System.Net;
using Granary.Client;
using Granary.Core.Runtime;
using Granary.Core.Tasks;
using Granary.Grains;
using Granary.Grains.Cells;
using Granary.Grains.Ports;
using Granary.Silo.Docker;
using Granary.Silo.Droplets;
using Granary.Silo.Storage;
using Granary.Silo.Storage.Blobs;
using Granary.Silo.Storage.Cells;
using Microsoft.Extensions.Options;

namespace Granary.Silo;

/// <summary>Wires a silo: the only place that knows the engine and the databases.</summary>
internal static class Composition
{
    public static ISiloBuilder AddGranary(this ISiloBuilder silo, SiloOptions options, ICellJournal journal)
    {
        silo.UseLocalhostClustering(options.SiloPort, options.GatewayPort, serviceId: "granary", clusterId: "granary");
        silo.Configure<Orleans.Configuration.SiloOptions>(each => each.SiloName = options.Cell);
        silo.Configure<Orleans.Configuration.EndpointOptions>(endpoint => endpoint.AdvertisedIPAddress = IPAddress.Loopback);
        // A finished task is seldom asked for again, and its row has everything.
        silo.Configure<Orleans.Configuration.GrainCollectionOptions>(collection => collection.CollectionAge = TimeSpan.FromMinutes(2));
        silo.AddGranaryStorage(new StorageOptions { Database = options.Database });
        silo.AddGranaryGrains(new TaskPolicy(StackImage: options.Stack, ApiUrl: options.Http));
        silo.AddGranaryCell();

        silo.Services.AddSingleton(TimeProvider.System);
        silo.Services.AddSingleton<GranaryClient>();
        silo.Services.AddSingleton(journal);
        silo.Services.AddSingleton<IBlobStore>(new DirectoryBlobStore(Path.Combine(options.State, "blobs")));
        silo.Services.AddOptions<ArchiveOptions>().ValidateDataAnnotations().ValidateOnStart();
        silo.Services.AddSingleton<ZipUnpacker>();
        silo.Services.AddSingleton<IDropletUnpacker>(services => services.GetRequiredService<ZipUnpacker>());
        silo.Services.AddSingleton<IArchiveInspector, ZipInspector>();
        silo.Services.AddSingleton<IDropletSource, BlobDropletSource>();
        silo.Services.AddDocker(options);
        return silo;
    }

    /// <summary>The journal of the cell lies on its host and is open before anything of the cell runs.</summary>
    public static Task<CellJournal> OpenJournal(SiloOptions options) =>
        CellJournal.Open(CellFolder(options), TimeProvider.System, CancellationToken.None);

    private static string CellFolder(SiloOptions options) => Path.Combine(options.State, options.Cell);

    private static void AddDocker(this IServiceCollection services, SiloOptions options)
    {
        services.AddOptions<CellOptions>().Configure(cell =>
        {
            cell.Name = options.Cell;
            cell.MemoryMb = options.MemoryMb;
            cell.DiskMb = options.DiskMb;
        });
        services.AddOptions<DockerOptions>()
            .Configure(docker =>
            {
                docker.Endpoint = options.Docker;
                docker.StateFolder = CellFolder(options);
            })
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddSingleton<IContainerRuntime>(provider => new DockerRuntime(
            provider.GetRequiredService<IOptions<DockerOptions>>().Value,
            provider.GetRequiredService<IDropletSource>(),
            provider.GetRequiredService<IDropletUnpacker>(),
            TimeProvider.System));
    }
}
