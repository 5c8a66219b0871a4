using Granary.Client;
using Granary.Core.Apps;
using Granary.Core.Runtime;
using Granary.Core.Tasks;
using Granary.Silo;
using Granary.Silo.Storage.Cells;
using Granary.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Granary.Bench.DurableLives;

/// <summary>The silo as it is composed, in this process, but with an engine in memory.</summary>
internal sealed class SiloInMemory : IAsyncDisposable
{
    private const int TaskMb = 16;

    /// <summary>Room for any number of tasks: what waits here waits for Granary, not for the cell.</summary>
    private const int CellMb = 1 << 24;

    /// <summary>There is no program here that could be a warden.</summary>
    private static readonly IConfiguration Alone = new ConfigurationBuilder().AddInMemoryCollection([new("Lease:EnforcedBy", "Silo")]).Build();

    private readonly IHost host;
    private readonly CellFolder folder;
    private readonly AppId app;

    private SiloInMemory(IHost host, CellFolder folder, AppId app)
    {
        this.host = host;
        this.folder = folder;
        this.app = app;
    }

    private GranaryClient Client => host.Services.GetRequiredService<GranaryClient>();

    public static async Task<SiloInMemory> Up(string database, string state)
    {
        var ports = FreePorts.Take(2);
        var options = new SiloOptions { Db = database, State = state, SiloPort = ports[0], GatewayPort = ports[1] };
        var folder = Composition.CellFolderOf(options, new ConfigurationBuilder().Build());
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace).SetMinimumLevel(LogLevel.Error);
        builder.UseOrleans(silo => silo.AddGranary(options, folder, Alone));
        builder.Services.AddSingleton<IContainerRuntime>(new FakeRuntime(TimeProvider.System, CellMb, CellMb)); // The last one counts.
        var host = builder.Build();
        await host.StartAsync();
        var made = await host.Services.GetRequiredService<GranaryClient>().PushImage("bench", SharedEngine.BusyboxImage);
        return new SiloInMemory(host, folder, made.Id);
    }

    public async Task Life()
    {
        var task = await Client.Run(app, new TaskSubmission { Command = "true", MemoryMb = TaskMb, DiskMb = TaskMb });
        var ended = await Client.Wait(task.Id);
        if (ended is not { Phase: TaskPhase.Succeeded, Attempt: 1 })
        {
            throw new InvalidOperationException($"A task of the measure did not end as it should: {ended.Phase}, attempt {ended.Attempt}, {ended.FailureReason}.");
        }
    }

    /// <summary>The cell has done with all attempts.</summary>
    public async Task Settled()
    {
        while ((await Client.Cells()).Any(each => each.Attempts > 0))
        {
            await Task.Delay(1);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        host.Dispose();
        await folder.DisposeAsync();
    }
}
