using Granary.Grains;
using Granary.Grains.Contracts;
using Granary.Grains.Ports;
using Granary.Silo.Storage;
using Microsoft.Extensions.DependencyInjection;

using Orleans.Storage;
using Orleans.TestingHost;

namespace Granary.Storage.Tests;

/// <summary>A silo over a fresh database: grain storage as grains get it, and what reads beside it.</summary>
public abstract class StorageSilo(TestDatabases databases) : IAsyncLifetime
{
    private InProcessTestCluster? cluster;

    public IGrainStorage Storage => Services.GetRequiredKeyedService<IGrainStorage>(StorageNames.Granary);

    public IGrainFactory Grains => Services.GetRequiredService<IGrainFactory>();

    public IServiceProvider Services => cluster!.Silos[0].ServiceProvider;

    internal Database Database => Services.GetRequiredService<Database>();

    public async Task InitializeAsync()
    {
        await databases.InitializeAsync();
        var setting = await databases.Create();
        var builder = new InProcessTestClusterBuilder(1);

        // Neither silo nor client starts unless it can copy every type that any grain's contract names.
        builder.ConfigureHost(host => host.Services.AddGranaryWire());
        builder.ConfigureSilo((_, silo) => silo.AddGranaryStorage(new StorageOptions { Database = setting }));
        cluster = builder.Build();
        await cluster.DeployAsync();
    }

    public async Task DisposeAsync()
    {
        await cluster!.DisposeAsync();
        await databases.DisposeAsync();
    }

    /// <summary>Writes a document as its grain would, and returns what the grain would hold.</summary>
    public async Task<GrainState<TDocument>> Write<TDocument>(string kind, Guid guid, TDocument document)
        where TDocument : class, new()
    {
        var state = new GrainState<TDocument>(document);
        await Storage.WriteStateAsync(kind, Id(kind, guid), state);
        return state;
    }

    public Task<GrainState<TaskDocument>> Write(TaskDocument task) => Write(TaskDocument.Kind, task.State.Id.Value, task);

    public async Task<GrainState<TDocument>> Read<TDocument>(string kind, Guid guid)
        where TDocument : class, new()
    {
        var state = new GrainState<TDocument>(new TDocument());
        await Storage.ReadStateAsync(kind, Id(kind, guid), state);
        return state;
    }

    public static GrainId Id(string kind, Guid guid) => GrainId.Create(kind, $"{kind}/{guid:D}");
}

public sealed class SqliteSilo() : StorageSilo(new SqliteDatabases());

public sealed class PostgresSilo() : StorageSilo(new PostgresDatabases());
