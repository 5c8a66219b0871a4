using Granary.Core.Runtime;
using Granary.Core.Tasks;
using Granary.Grains.Cells;
using Granary.Grains.Ports;
using Granary.Silo.Droplets;
using Granary.Silo.Droplets.Staged;
using Granary.Silo.Storage;
using Granary.Silo.Storage.Blobs;
using Granary.Silo.Storage.Cells;
using Granary.Silo.Storage.Logs;
using Granary.Silo.Storage.Rows;
using Granary.Silo.Wardens;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Storage;
using Orleans.TestingHost;

namespace Granary.Grains.Tests.Worlds;

/// <summary>One silo process: real grains over the real storage, serving a cell whose engine is in memory.</summary>
internal sealed class LiveSilo : IAsyncDisposable
{
    private readonly InProcessTestCluster cluster;
    private readonly CellJournal journal;

    private LiveSilo(InProcessTestCluster cluster, CellJournal journal, Fate fate, GrainCalls calls)
    {
        this.cluster = cluster;
        this.journal = journal;
        Fate = fate;
        Calls = calls;
    }

    /// <summary>It was taken down.</summary>
    public bool IsGone { get; private set; }

    public Fate Fate { get; }

    public GrainCalls Calls { get; }

    public IServiceProvider Services => cluster.Silos[0].ServiceProvider;

    public IGrainFactory Grains => Services.GetRequiredService<IGrainFactory>();

    public CellAgent Agent => Services.GetRequiredService<CellAgent>();

    public static async Task<LiveSilo> Start(World world)
    {
        var fate = new Fate();
        var calls = new GrainCalls();
        var journal = await CellJournal.Open(Path.Combine(world.Folder, "cell"), TimeProvider.System, CancellationToken.None);
        var builder = new InProcessTestClusterBuilder(1);
        builder.Options.InitializeClientOnDeploy = false;
        builder.Options.ServiceId = "granary"; // Part of every row's key: each process of a world is the same service.
        builder.ConfigureHost(host =>
        {
            host.Services.AddSingleton<TimeProvider>(world.Clock);
            host.Logging.ClearProviders().AddProvider(world.Log).SetMinimumLevel(LogLevel.Warning).AddFilter("Orleans.Runtime", LogLevel.Error).AddFilter("Orleans.Grain", LogLevel.Critical);
        });
        builder.ConfigureSilo((_, silo) => Wire(silo, world, fate, calls, journal));
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return new LiveSilo(cluster, journal, fate, calls);
    }

    /// <summary>Drops the grain's activation; the next call makes a new one.</summary>
    public Task Deactivate(IAddressable grain) => cluster.DeactivateAsync(grain);

    /// <summary>The process is gone at once: nothing that it was about to do happens.</summary>
    public async Task Kill()
    {
        Fate.Die();
        await TakeDown();
    }

    /// <summary>An orderly end.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!IsGone)
        {
            await cluster.StopAllSilosAsync();
            await TakeDown();
        }
    }

    private async Task TakeDown()
    {
        IsGone = true;
        Fate.Bury();
        if (cluster.Silos.Count > 0)
        {
            await cluster.KillSiloAsync(cluster.Silos[0]);
        }

        await cluster.DisposeAsync();
        await journal.DisposeAsync();
        Fate.Dispose();
    }

    private static void Wire(ISiloBuilder silo, World world, Fate fate, GrainCalls calls, CellJournal journal)
    {
        silo.AddGranaryStorage(new StorageOptions { Database = world.Database });
        silo.AddGranaryGrains(new TaskPolicy());
        silo.AddGranaryCell();
        silo.AddIncomingGrainCallFilter(calls);
        silo.Services.AddOptions<CellOptions>().Configure(world.Configure);
        silo.Services.AddSingleton<ICellFolder, HeldFolder>();
        silo.Services.AddSingleton<ICellJournal>(new MortalJournal(journal, fate));
        silo.Services.AddSingleton<IKillNotes>(new KillNotes(Path.Combine(world.Folder, "cell")));
        silo.Services.AddSingleton<IStartMarks>(new StartMarks(Path.Combine(world.Folder, "cell")));
        silo.Services.AddSingleton<IContainerRuntime>(new MortalRuntime(world.Engine, fate));
        silo.Services.AddSingleton<IBlobStore>(new DirectoryBlobStore(Path.Combine(world.Folder, "blobs")));
        silo.Services.AddOptions<ArchiveOptions>();
        silo.Services.AddSingleton<ZipUnpacker>();
        silo.Services.AddSingleton<IArchiveInspector, ZipInspector>();
        silo.Services.AddSingleton<IDropletPacker, DropletPacker>();
        silo.Services.AddSingleton<IDropletFiles, DropletTar>();
        silo.Services.AddSingleton<WorkRows>();
        silo.Services.AddSingleton<IWorkRows>(services => new MortalRows(services.GetRequiredService<WorkRows>(), fate));
        silo.Services.AddSingleton<LogStore>();
        silo.Services.AddSingleton<ILogStore>(services => new MortalLogs(services.GetRequiredService<LogStore>(), fate));

        var storage = silo.Services.Last(each => each.ServiceType == typeof(IGrainStorage) && Equals(each.ServiceKey, StorageNames.Granary));
        silo.Services.Remove(storage);
        silo.Services.AddKeyedSingleton<IGrainStorage>(
            StorageNames.Granary,
            (services, key) => new MortalStorage((IGrainStorage)storage.KeyedImplementationFactory!(services, key), fate));
    }

    /// <summary>A world has one process at a time, so nobody waits for the folder.</summary>
    private sealed class HeldFolder : ICellFolder
    {
        public Task Hold(CancellationToken cancellation) => Task.CompletedTask;

        public Task<bool> TryHold(CancellationToken cancellation) => Task.FromResult(true);

        public Task<string?> LastHolder(CancellationToken cancellation) => Task.FromResult<string?>(null);

        public Task Sign(string holder, CancellationToken cancellation) => Task.CompletedTask;
    }
}
