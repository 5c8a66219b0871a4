using System.Text;
using Docker.DotNet;
using Docker.DotNet.Models;
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

    public async Task InitializeAsync() => cluster = await LocalCluster.Up("three", Clusters.Program, silos: 3, stack: true);

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

    /// <summary>The ids of the containers of a task on an engine.</summary>
    public static async Task<string[]> ContainersOf(string engine, TaskState task)
    {
        using var docker = new DockerClientBuilder().WithEndpoint(new Uri(engine)).Build();
        var all = await docker.Containers.ListContainersAsync(new ContainersListParameters { All = true });
        return [.. all.Where(each => each.Names.Any(name => name.StartsWith($"/granary-{task.Id}-", StringComparison.Ordinal))).Select(each => each.ID)];
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
