using System.Net;
using Granary.Client;
using Granary.Core.Tasks;
using Granary.Grains.Contracts;
using Granary.Grains.Ports;
using Granary.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;

namespace Granary.Cluster.Tests;

/// <summary>A connection to one silo that can also ask where grains live and which silos are held for dead.</summary>
internal sealed class ClusterClient : IAsyncDisposable
{
    /// <summary>For what must happen: seconds on a quiet machine.</summary>
    public static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(90);

    private readonly IHost host;

    private ClusterClient(IHost host)
    {
        this.host = host;
        Granary = new GranaryClient(Grains, TimeProvider.System);
    }

    public GranaryClient Granary { get; }

    private IGrainFactory Grains => host.Services.GetRequiredService<IGrainFactory>();

    private IManagementGrain Management => Grains.GetGrain<IManagementGrain>(0);

    /// <param name="address">Of the silo's host; null for this one.</param>
    public static async Task<ClusterClient> Open(int gatewayPort, IPAddress? address = null)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.UseOrleansClient(client =>
        {
            client.UseStaticClustering(new IPEndPoint(address ?? IPAddress.Loopback, gatewayPort));
            client.Services.Configure<ClusterOptions>(cluster => (cluster.ServiceId, cluster.ClusterId) = ("granary", "granary"));
            client.Services.Configure<ClientMessagingOptions>(messaging => messaging.ResponseTimeout = TimeSpan.FromSeconds(5));
            client.Services.AddGranaryWire();
        });
        var host = builder.Build();
        await host.StartAsync();
        return new ClusterClient(host);
    }

    /// <summary>The port of the silo on which the task's grain lives.</summary>
    public async Task<int> HomeOf(TaskState task) =>
        (await Management.GetActivationAddress(Grains.GetGrain<ITaskGrain>(Keys.Task(task.Id))))?.Endpoint.Port ?? throw new InvalidOperationException($"The grain of {task.Id} sleeps.");

    /// <summary>The port of the silo on which placement lives.</summary>
    public async Task<int> HomeOfPlacement() =>
        (await Management.GetActivationAddress(Grains.GetGrain<IPlacementGrain>(Keys.Placement)))?.Endpoint.Port ?? throw new InvalidOperationException("Placement sleeps.");

    /// <summary>The silos that are held for dead, each start of one apart.</summary>
    public async Task<string[]> Dead() =>
        [.. (await Management.GetHosts(false)).Where(each => each.Value == SiloStatus.Dead).Select(each => each.Key.ToParsableString()).Order(StringComparer.Ordinal)];

    /// <summary>The newest start of the silo at this port, dead or not: its address has a number that rises with each.</summary>
    public async Task<SiloAddress> Newest(int siloPort) =>
        (await Management.GetHosts(false)).Keys.Where(each => each.Endpoint.Port == siloPort).MaxBy(each => each.Generation)!;

    /// <summary>Waits until this start of a silo is held for dead, and returns how long that took.</summary>
    public Task<TimeSpan> UntilDead(SiloAddress silo) => Until(
        async () => (await Management.GetHosts(false))[silo] == SiloStatus.Dead,
        $"the death of {silo}");

    /// <summary>Waits until so many silos are members.</summary>
    public Task<TimeSpan> UntilActive(int count) => Until(
        async () => (await Management.GetHosts(true)).Count == count,
        $"{count} silos");

    /// <summary>Waits until the cells take tasks.</summary>
    public Task<TimeSpan> UntilUp(params string[] cells) => Until(
        async () => (await Granary.Cells()).Where(each => each.State == "up").Select(each => each.Id.Name).Order().SequenceEqual(cells),
        $"the cells {string.Join(", ", cells)}");

    public Task<TaskState> Until(TaskState task, Func<TaskState, bool> condition, string what) => Until(task.Id, condition, what);

    public async Task<TaskState> Until(TaskId task, Func<TaskState, bool> condition, string what)
    {
        TaskState? now = null;
        await Until(async () => (now = await Granary.FindTask(task)) is not null && condition(now), $"task {task} {what}", () => Story(now));
        return now!;
    }

    public Task<TaskState> End(TaskState task) => Until(task, each => each.IsFinished, "has ended");

    /// <summary>Waits until the task's row says so. Its grain is not asked, so that it sleeps if nobody else wakes it.</summary>
    public async Task<TaskState> UntilRow(TaskState task, Func<TaskState, bool> condition, string what)
    {
        var row = task;
        await Until(async () => condition(row = (await Granary.Tasks(new RowQuery { Guids = [task.Id.Value] })).Items.Single()), $"the row of task {task.Id} {what}", () => Story(row));
        return row;
    }

    /// <summary>The silo that serves a cell.</summary>
    public async Task<LocalSilo> SiloOf(LocalCluster cluster, string cell)
    {
        var server = (await Granary.Cells()).Single(each => each.Id.Name == cell).Server;
        return (await cluster.Silos()).Single(each => server.StartsWith($"{each.Name} ", StringComparison.Ordinal));
    }

    /// <summary>Waits until a process of the task's newest attempt was seen.</summary>
    public Task<TimeSpan> Seen(Witness witness, TaskState task) => Waits(
        () => Task.FromResult(witness.Of(task.Id.Value).Any(each => each.Attempt == task.Attempt)),
        $"a process of attempt {task.Attempt} of {task.Id}");

    public Task<TimeSpan> Waits(Func<Task<bool>> condition, string what) => Until(condition, what);

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await host.StopAsync(limit.Token);
        host.Dispose();
    }

    public static string Story(TaskState? task) => task is null ? "there is no such task" : $"{task.Phase} {task.FailureReason}\n{string.Join('\n', task.Story.Entries.Select(each => $"  {each.At:HH:mm:ss.fff} attempt {each.Attempt} {each.Cell}: {each.Text}"))}";

    private static Task<TimeSpan> Until(Func<Task<bool>> condition, string what, Func<string>? otherwise = null) => Waiting.Until(condition, what, WaitMax, otherwise);
}
