using Granary.Core.Apps;
using Granary.Core.Audit;
using Granary.Core.Builds;
using Granary.Core.Instances;
using Granary.Core.Tasks;
using Granary.Grains;
using Granary.Grains.Ports;
using Granary.Silo.Storage.Access;
using Granary.Silo.Storage.Blobs;
using Granary.Silo.Storage.Leases;
using Granary.Silo.Storage.Logs;
using Granary.Silo.Storage.Migrations;
using Granary.Silo.Storage.Rows;
using Granary.Silo.Storage.Usage;
using Orleans.Serialization;
using Orleans.Storage;

namespace Granary.Silo.Storage;

/// <summary>Puts the storage into a silo.</summary>
public static class StorageSiloBuilderExtensions
{
    /// <summary>Orleans' provider behind <see cref="StorageNames.Granary"/>; nobody else asks for it.</summary>
    private const string ProviderName = "granary-rows";

    /// <summary>
    /// Registers grain storage <see cref="StorageNames.Granary"/>, the rows and the log store, and brings the schema up to date before any hosted
    /// service of the silo starts. Throws <see cref="ArgumentException"/> with words when the options name no database; the start throws
    /// <see cref="DatabaseUnavailableException"/> or <see cref="SchemaMismatchException"/>.
    /// </summary>
    public static ISiloBuilder AddGranaryStorage(this ISiloBuilder silo, StorageOptions options)
    {
        var database = Database.Open(options);
        silo.Services.AddSingleton(options);
        // Through a factory, so that the container disposes it.
        silo.Services.AddSingleton<Database>(_ => database);
        silo.Services.AddHostedService<StorageStartup>();
        silo.Services.Configure<SystemTextJsonGrainStorageSerializerOptions>(json => StateJson.Configure(json.JsonSerializerOptions));
        silo.UseSystemTextJsonGrainStorageSerializer();
        silo.AddAdoNetGrainStorage(ProviderName, provider =>
        {
            provider.Invariant = database.Invariant;
            provider.DataSource = database.DataSource;
            provider.DeleteStateOnClear = true;
        });
        silo.Services.AddKeyedSingleton<IGrainStorage>(StorageNames.Granary, (services, _) =>
            new GranaryGrainStorage(services.GetRequiredKeyedService<IGrainStorage>(ProviderName), database));
        silo.Services.AddSingleton(services => new Totals(options.TotalAge, services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<Totals>>()));
        silo.Services.AddSingleton<IWorkRows, WorkRows>();
        silo.AddRows<TaskDocument, TaskState>(TaskDocument.Kind);
        silo.AddRows<InstanceDocument, InstanceState>(InstanceDocument.Kind);
        silo.Services.AddSingleton<IAppRows, AppRows>();
        silo.Services.AddSingleton<IRows<AppState>>(services => services.GetRequiredService<IAppRows>());
        silo.AddRows<PackageDocument, PackageState>(PackageDocument.Kind);
        silo.AddRows<DropletDocument, DropletState>(DropletDocument.Kind);
        silo.AddRows<AuditDocument, AuditEvent>(AuditDocument.Kind);
        silo.AddRows<BuildpackDocument, BuildpackShelf>(BuildpackDocument.Kind);
        silo.Services.AddSingleton<OldRows>();
        silo.Services.AddSingleton<ILogStore, LogStore>();
        silo.Services.AddSingleton<IAccountStore, AccountStore>();
        silo.Services.AddSingleton<ITokenKeyStore, TokenKeyStore>();
        silo.Services.AddSingleton<IDirectory, DirectoryStore>();
        silo.Services.AddSingleton<IQuotas, QuotaStore>();
        silo.Services.AddSingleton<IIsolationSegments, IsolationSegmentStore>();
        silo.Services.AddSingleton<IHoldings, Holdings>();
        silo.Services.AddSingleton<IFeatureFlags, FeatureFlagStore>();
        silo.Services.AddSingleton<IVariableGroups, VariableGroupStore>();
        silo.Services.AddSingleton<ISecurityGroups, SecurityGroupStore>();
        silo.Services.AddSingleton<IUsage, UsageStore>();
        silo.Services.AddSingleton<IBlobReferences, BlobReferences>();
        if (database is PostgresDatabase)
        {
            silo.Services.AddSingleton<ILeaseStore>(_ => PostgresLeaseStore.Open(options)!);
        }

        return silo;
    }

    private static void AddRows<TDocument, TState>(this ISiloBuilder silo, string kind)
        where TDocument : Document<TState>
        where TState : class, new() =>
        silo.Services.AddSingleton<IRows<TState>>(services =>
            new DocumentRows<TDocument, TState>(kind, services.GetRequiredService<Database>(), services.GetRequiredService<Totals>()));
}

/// <summary>Brings the schema up to date before anything else of the host starts.</summary>
internal sealed class StorageStartup(Database database, TimeProvider clock) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => new Migrator(database, Migration.For(database), clock).Run(cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
