using System.ComponentModel.DataAnnotations;
using System.Net;
using Granary.Api;
using Granary.Api.Tokens;
using Granary.Client;
using Granary.Core.Cells;
using Granary.Core.Runtime;
using Granary.Grains;
using Granary.Grains.Cells;
using Granary.Grains.Ports;
using Granary.Silo.Docker;
using Granary.Silo.Droplets;
using Granary.Silo.Droplets.Staged;
using Granary.Silo.Storage;
using Granary.Silo.Storage.Blobs;
using Granary.Silo.Storage.Cells;
using Granary.Silo.Storage.Leases;
using Granary.Silo.Storage.Logs;
using Granary.Silo.Storage.Rows;
using Granary.Silo.Storage.Usage;
using Granary.Silo.Wardens;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Granary.Silo;

/// <summary>Wires a silo: the only place that knows the engine and the databases.</summary>
internal static class Composition
{
    /// <param name="settings">Holds the sections of the features' options; see docs/operations.md. Null for the defaults.</param>
    /// <param name="arguments">With which this process was started, and a warden would be.</param>
    public static ISiloBuilder AddGranary(this ISiloBuilder silo, SiloOptions options, CellFolder folder, IConfiguration? settings = null, string[]? arguments = null)
    {
        settings ??= new ConfigurationBuilder().Build();
        silo.AddClustering(options, Membership(settings));
        // A finished task is seldom asked for again, and its row has everything.
        silo.Configure<Orleans.Configuration.GrainCollectionOptions>(collection => collection.CollectionAge = TimeSpan.FromMinutes(2));
        silo.AddGranaryStorage(Storage(options, settings));
        silo.AddGranaryGrains(Tasks(settings).Policy(options), Instances(settings).Policy(), Staging(settings).Policy());
        silo.Services.AddOptions<MovingOptions>().Bind(settings.GetSection("Moving"), Strict);
        silo.Services.AddSingleton<IKillNotes>(new KillNotes(options.CellFolder));
        silo.Services.AddSingleton<IStartMarks>(new StartMarks(options.CellFolder));
        if (options.IsCluster)
        {
            silo.Services.AddLease(options, settings, arguments ?? []);
        }

        silo.AddGranaryCell();
        silo.Services.AddSingleton(_ => new PasswordSeal(SecretOf(options, settings)));

        silo.Services.AddSingleton(TimeProvider.System);
        silo.Services.AddSingleton<GranaryClient>();
        silo.Services.AddSingleton<ICellFolder>(folder);
        silo.Services.AddSingleton<ICellJournal>(folder.Journal);
        silo.Services.AddBlobs(options);
        silo.Services.AddOptions<PlacementOptions>().Bind(settings.GetSection("Placement"), Strict);
        silo.Services.AddOptions<LogRetentionOptions>().Bind(settings.GetSection("Logs"), Strict).ValidateDataAnnotations().ValidateOnStart();
        silo.Services.AddHostedService<LogRetention>();
        silo.Services.AddOptions<RowRetentionOptions>().Bind(settings.GetSection("Retention"), Strict).ValidateDataAnnotations().ValidateOnStart();
        silo.Services.AddHostedService<RowRetention>();
        silo.Services.AddHostedService<UsageGathering>();
        silo.Services.AddOptions<UploadOptions>().Bind(settings.GetSection("Uploads"), Strict).ValidateDataAnnotations().ValidateOnStart();
        silo.Services.AddHostedService<UploadSweep>();
        silo.Services.AddOptions<ArchiveOptions>().Bind(settings.GetSection("Archives"), Strict).ValidateDataAnnotations().ValidateOnStart();
        silo.Services.AddSingleton<ZipUnpacker>();
        silo.Services.AddSingleton<IDropletUnpacker>(services => services.GetRequiredService<ZipUnpacker>());
        silo.Services.AddSingleton<IArchiveInspector, ZipInspector>();
        silo.Services.AddSingleton<IDropletSource, BlobDropletSource>();
        silo.Services.AddSingleton<IDropletPacker, DropletPacker>();
        silo.Services.AddSingleton<IDropletFiles, DropletTar>();
        silo.Services.AddDocker(options, settings);
        return silo;
    }

    /// <summary>The folder of the cell on its host. Nothing is touched yet.</summary>
    public static CellFolder CellFolderOf(SiloOptions options, IConfiguration settings) =>
        new(options.CellFolder, Cell(settings).CandidateLooksEvery, TimeProvider.System);

    public static CellOptions Cell(IConfiguration settings)
    {
        var cell = new CellOptions();
        settings.GetSection("Cells").Bind(cell, Strict);
        return cell;
    }

    /// <summary>Where the lease of the cell is enforced, from within this process or another.</summary>
    public static EnforcementPlace EnforcementPlaceOf(SiloOptions options, IConfiguration settings, ILeaseStore store, ILogger logger) => new(
        new CellId(options.Cell),
        options.CellFolder,
        Membership(settings).ClusterId,
        IPAddress.Parse(options.Advertise),
        Lease(settings),
        store,
        logger);

    /// <summary>The leases of the cluster, with connections of their own.</summary>
    public static PostgresLeaseStore LeasesOf(SiloOptions options, IConfiguration settings) => PostgresLeaseStore.Open(Storage(options, settings))!;

    public static LeaseOptions Lease(IConfiguration settings) => Read(settings, "Lease", new LeaseOptions());

    private static void AddLease(this IServiceCollection services, SiloOptions options, IConfiguration settings, string[] arguments)
    {
        services.AddSingleton<IWardenLink>(provider =>
        {
            var place = EnforcementPlaceOf(options, settings, provider.GetRequiredService<ILeaseStore>(), provider.GetRequiredService<ILoggerFactory>().CreateLogger("Granary.Lease"));
            var stopping = provider.GetRequiredService<IHostApplicationLifetime>().ApplicationStopped;
            return new WardenLink(
                options.CellFolder,
                place.Options.EnforcedBy == LeaseEnforcer.Warden,
                place.Options.Policy(),
                sentAt => new Enforcement(place, "silo", sentAt, null, stopping),
                () => WardenProgram.Start(options.CellFolder, arguments),
                provider.GetRequiredService<ILogger<WardenLink>>())
            {
                Silo = options.SiloName,
            };
        });
    }

    public static StorageOptions Storage(SiloOptions options, IConfiguration settings)
    {
        var storage = new StorageOptions { Database = options.Database };
        settings.GetSection("Storage").Bind(storage, Strict);
        return storage;
    }

    public static TlsOptions Tls(IConfiguration settings) => Read(settings, "Tls", new TlsOptions());

    /// <summary>What the API asks of its callers, and what its listener shows them.</summary>
    public static void AddAccess(this WebApplicationBuilder builder, SiloOptions options, IConfiguration settings)
    {
        if (options.Access == ApiAccess.Tokens)
        {
            var section = settings.GetSection(TokenOptions.Section);
            var secret = TokenSecret.Read(options, section[nameof(TokenOptions.KeyFile)]);
            builder.Services.AddGranaryTokens(section, secret, line => Console.Error.WriteLine($"granary: {line}"));
        }

        if (Tls(settings) is { Certificate: not null } tls)
        {
            var certificate = new CertificateFiles(tls, TimeProvider.System);
            builder.WebHost.UseKestrelHttpsConfiguration();
            builder.Services.AddSingleton(_ => certificate);
            builder.Services.AddHostedService<CertificateReload>();
            builder.Services.Configure<KestrelServerOptions>(kestrel => kestrel.ConfigureHttpsDefaults(https =>
            {
                // Something must be named here; what is shown is chosen for each connection.
                https.ServerCertificate = certificate.Current.TargetCertificate;
                https.OnAuthenticate = (_, tls) => (tls.ServerCertificate, tls.ServerCertificateContext) = (null, certificate.Current);
            }));
        }
    }

    /// <summary>The secret of the tokens, also where none are asked for. In a cluster nobody can make one that all silos know: there it is null, unless it is given.</summary>
    private static byte[]? SecretOf(SiloOptions options, IConfiguration settings)
    {
        var named = settings.GetSection(TokenOptions.Section)[nameof(TokenOptions.KeyFile)];
        return named is null && options.IsCluster ? null : TokenSecret.Read(options, named);
    }

    private static MembershipOptions Membership(IConfiguration settings) => Read(settings, "Cluster", new MembershipOptions());

    private static TaskOptions Tasks(IConfiguration settings) => Read(settings, "Tasks", new TaskOptions());

    private static StagingOptions Staging(IConfiguration settings) => Read(settings, "Staging", new StagingOptions());

    private static InstanceOptions Instances(IConfiguration settings) => Read(settings, "Instances", new InstanceOptions());

    private static T Read<T>(IConfiguration settings, string section, T options)
        where T : class
    {
        settings.GetSection(section).Bind(options, Strict);
        Validator.ValidateObject(options, new ValidationContext(options), validateAllProperties: true);
        return options;
    }

    /// <summary>A setting with a name that nobody knows is a mistake worth stopping for.</summary>
    private static void Strict(BinderOptions binder) => binder.ErrorOnUnknownConfiguration = true;

    /// <summary>Only a cell with a lease is ever stopped without its engine.</summary>
    private static string? GroupOf(SiloOptions options) =>
        options.IsCluster ? CellGroup.ParentOf(new CellId(options.Cell), options.CellFolder, CellGroup.Cgroupfs) : null;

    private static void AddBlobs(this IServiceCollection services, SiloOptions options)
    {
        if (options.BlobPlace == SiloOptions.BlobsInDatabase)
        {
            services.AddSingleton<PostgresBlobStore>();
            services.AddSingleton<IBlobStore>(provider => provider.GetRequiredService<PostgresBlobStore>());
            services.AddSingleton<IUploads>(provider => provider.GetRequiredService<PostgresBlobStore>());
        }
        else
        {
            var folder = new DirectoryBlobStore(options.BlobPlace);
            services.AddSingleton<IBlobStore>(folder);
            services.AddSingleton<IUploads>(folder);
        }
    }

    private static void AddDocker(this IServiceCollection services, SiloOptions options, IConfiguration settings)
    {
        services.AddOptions<CellOptions>().Bind(settings.GetSection("Cells"), Strict).Configure(cell =>
        {
            cell.Name = options.Cell;
            cell.Segment = options.Segment;
            cell.MemoryMb = options.MemoryMb;
            cell.DiskMb = options.DiskMb;
        });
        services.AddOptions<DockerOptions>()
            .Bind(settings.GetSection("Engine"), Strict)
            .Configure(docker =>
            {
                docker.Endpoint = options.Docker;
                docker.StateFolder = options.CellFolder;
                docker.CgroupParent = GroupOf(options);
            })
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddSingleton<IContainerRuntime>(provider => new DockerRuntime(
            provider.GetRequiredService<IOptions<DockerOptions>>().Value,
            provider.GetRequiredService<IDropletSource>(),
            provider.GetRequiredService<IDropletUnpacker>(),
            provider.GetRequiredService<PasswordSeal>(),
            TimeProvider.System));
    }
}
