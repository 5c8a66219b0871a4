using System.Text;
using Docker.DotNet;
using Docker.DotNet.Models;
using Granary.Core.Apps;
using Granary.Core.Tasks;
using Granary.Testing;
using TaskState = Granary.Core.Tasks.TaskState;

namespace Granary.Cluster.Tests;

/// <summary>Three silos, each with an engine and a cell of its own. A test that kills some starts them again.</summary>
public sealed class ThreeHosts : IAsyncLifetime
{
    public const string Collection = "three hosts";

    private LocalCluster? cluster;

    public LocalCluster Cluster => cluster ?? throw new InvalidOperationException("The fixture has not been initialised.");

    /// <summary>A connection to this silo, when all are members and all cells take tasks.</summary>
    internal async Task<ClusterClient> Ready(LocalSilo silo)
    {
        var client = await ClusterClient.Open(silo.GatewayPort);
        await client.UntilActive(3);
        await client.UntilUp("cell-1", "cell-2", "cell-3");
        return client;
    }

    /// <summary>A silo is back within seconds on a quiet machine. Where suites are built and run beside this one it may need as long as the grace, which is not what these tests are about.</summary>
    private const string LongGrace = """{"Lease": {"ServingGrace": "00:02:00"}}""";

    public async Task InitializeAsync()
    {
        var config = await TestState.FolderFor("three.json");
        await File.WriteAllTextAsync(config, LongGrace);
        cluster = await LocalCluster.Up("three", Clusters.Program, silos: 3, stack: true, options: ["--config", config]);
    }

    public async Task DisposeAsync()
    {
        if (cluster is not null)
        {
            await cluster.DisposeAsync();
        }
    }
}

[CollectionDefinition(ThreeHosts.Collection)]
public class ThreeHostsCollection : ICollectionFixture<ThreeHosts>;

/// <summary>What tests do with clusters.</summary>
internal static class Clusters
{
    /// <summary>The silo that was built with this suite.</summary>
    public static string Program { get; } = Path.Combine(AppContext.BaseDirectory, "Granary.Silo");

    public static int SiloPort(this LocalSilo silo) => silo.Http.Port + 1;

    public static TaskSubmission Busybox(string command, int memoryMb = 32) => new() { Command = command, MemoryMb = memoryMb, DiskMb = 16 };

    /// <summary>A command that counts aloud and then exits with this code.</summary>
    public static string Counting(int lines, int code) => $"for i in $(seq 1 {lines}); do echo line $i; sleep 0.1; done; exit {code}";

    /// <summary>The log of <see cref="Counting"/>, whole.</summary>
    public static string[] Counted(int lines, int code) => [.. Enumerable.Range(1, lines).Select(each => $"line {each}"), $"Exit status {code}"];

    /// <summary>The ids of the containers of a task on an engine.</summary>
    public static async Task<string[]> ContainersOf(string engine, TaskState task)
    {
        using var docker = Docker(engine);
        var all = await docker.Containers.ListContainersAsync(new ContainersListParameters { All = true });
        return [.. all.Where(each => each.Names.Any(name => name.StartsWith($"/granary-{task.Id}-", StringComparison.Ordinal))).Select(each => each.ID)];
    }

    public static DockerClient Docker(string engine) => new DockerClientBuilder().WithEndpoint(new Uri(engine)).Build();

    /// <summary>So many tasks of an app, each of which runs, has said its fifth line, and goes on to say one after the other for as long as any test takes.</summary>
    public static async Task<TaskState[]> Running(this ClusterClient client, AppState app, int count)
    {
        const string counts = "for i in $(seq 1 6000); do echo line $i; sleep 0.1; done";
        var tasks = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => client.Granary.Run(app.Id, Busybox(counts, memoryMb: 16))));
        await Task.WhenAll(tasks.Select(each => client.Says(each, "line 5")));
        return await Task.WhenAll(tasks.Select(each => client.Until(each, now => now.Phase == TaskPhase.Running, "runs")));
    }

    /// <summary>Waits until the task has said this.</summary>
    public static async Task Says(this ClusterClient client, TaskState task, string words)
    {
        using var limit = new CancellationTokenSource(ClusterClient.WaitMax);
        await foreach (var line in client.Granary.FollowLogs(task.App, task.Id, cancellation: limit.Token))
        {
            if (Encoding.UTF8.GetString(line.Text.Span) == words)
            {
                return;
            }
        }

        Assert.Fail($"The task ended without '{words}': {ClusterClient.Story(await client.Granary.FindTask(task.Id))}");
    }

    public static async Task<string[]> Log(this ClusterClient client, TaskState task)
    {
        var lines = new List<string>();
        await foreach (var line in client.Granary.ReadLogs(task.App, task.Id))
        {
            lines.Add(Encoding.UTF8.GetString(line.Text.Span));
        }

        return [.. lines];
    }
}
