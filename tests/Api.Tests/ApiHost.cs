using System.Net;
using System.Net.Sockets;
using Granary.Client;
using Granary.Core.Apps;
using Granary.Core.Runtime;
using Granary.Core.Tasks;
using Granary.Grains;
using Granary.Grains.Cells;
using Granary.Grains.Ports;
using Granary.Silo;
using Granary.Silo.Storage.Cells;
using Granary.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Storage;

namespace Granary.Api.Tests;

/// <summary>One whole silo of the product, on SQLite and an engine in memory, with its HTTP edge on a port of loopback.</summary>
public class ApiHost : IAsyncLifetime
{
    private static int number;

    private readonly Observed observed = new();
    private int active;
    private CellFolder? folder;
    private WebApplication? app;

    public FakeRuntime Engine { get; } = new(TimeProvider.System);

    /// <summary>While it is gone, every statement fails as if the database were unreachable.</summary>
    public BreakableDatabase Database { get; } = new();

    public HttpClient Http { get; private set; } = null!;

    public Uri Address { get; private set; } = null!;

    public GranaryClient Client => app!.Services.GetRequiredService<GranaryClient>();

    /// <summary>Warnings and errors of the host.</summary>
    public IEnumerable<string> Said => observed.Lines;

    internal IServiceProvider Services => app!.Services;

    public virtual async Task InitializeAsync()
    {
        var options = new SiloOptions
        {
            State = await TestState.FolderFor($"api-{Interlocked.Increment(ref number)}"),
            SiloPort = FreePort(),
            GatewayPort = FreePort(),
            Http = "http://127.0.0.1:0",
            MemoryMb = 4096,
            DiskMb = 16384,
        };
        folder = Composition.CellFolderOf(options, new Microsoft.Extensions.Configuration.ConfigurationBuilder().Build());
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = "Granary.Silo" });
        builder.Logging.ClearProviders().AddProvider(observed);
        builder.WebHost.UseUrls(options.Http);
        builder.Host.UseOrleans(silo =>
        {
            silo.AddGranary(options, folder);
            silo.Services.AddSingleton<IContainerRuntime>(Engine);
            silo.Services.Configure<CellOptions>(cell => cell.StopGrace = TimeSpan.FromSeconds(1));
        });
        builder.Services.AddGranaryApi();
        AddMore(builder.Services);
        builder.Services.Configure<ApiOptions>(api =>
        {
            api.RequestTimeout = TimeSpan.FromSeconds(8);
            api.BodyBytesMax = 64 * 1024;
            api.UploadBytesMax = 4 * 1024 * 1024;
        });
        builder.Services.Decorate<IRows<AppState>>(Database.Break);
        builder.Services.Decorate<IRows<TaskState>>(Database.Break);
        builder.Services.Decorate<IGrainStorage>(Database.Break, StorageNames.Granary);
        app = builder.Build();
        app.Use(Count);
        app.MapGranaryApi();
        await app.StartAsync();
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single());
        Http = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromMinutes(1) };
    }

    public virtual async Task DisposeAsync()
    {
        Http.Dispose();
        await app!.StopAsync();
        await app.DisposeAsync();
        await folder!.DisposeAsync();
    }

    public async Task<HttpResponseMessage> Send(HttpMethod method, string path, HttpContent? body = null, CancellationToken cancellation = default)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        return await Http.SendAsync(request, cancellation);
    }

    /// <summary>Waits until the number of requests inside the host is as wished.</summary>
    public async Task Active(Func<int, bool> wished, CancellationToken cancellation)
    {
        while (!wished(Volatile.Read(ref active)))
        {
            await Task.Delay(10, cancellation);
        }
    }

    /// <summary>What a host of another kind has besides.</summary>
    protected virtual void AddMore(IServiceCollection services)
    {
    }

    private async Task Count(HttpContext http, RequestDelegate next)
    {
        Interlocked.Increment(ref active);
        try
        {
            await next(http);
        }
        finally
        {
            Interlocked.Decrement(ref active);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

/// <summary>The suites share one silo, and run one after another.</summary>
[CollectionDefinition(Name)]
public sealed class ApiCollection : ICollectionFixture<ApiHost>
{
    public const string Name = "api";
}
