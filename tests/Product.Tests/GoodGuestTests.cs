using Docker.DotNet;
using Docker.DotNet.Models;
using Granary.Core.Tasks;
using Granary.Testing;
using TaskState = Granary.Core.Tasks.TaskState;

namespace Granary.Product.Tests;

/// <summary>A silo is a good guest: it touches nothing of others on its engine, says little, and goes when it is told to.</summary>
[Collection(SharedEngine.Collection)]
public sealed class GoodGuestTests(SharedEngine engine)
{
    /// <summary>A stop waits for no container, and takes about a second on an idle machine.</summary>
    private static readonly TimeSpan StopMax = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task What_others_have_on_the_engine_is_never_touched()
    {
        await using var guest = await PrivateEngine.StartAsync("guest");
        await guest.LoadBusybox();
        using var docker = Scene.Docker(guest.SocketUri);
        await MakeForeignThings(docker);
        var before = await Everything(docker);
        await using var silo = await SiloProcess.Up("guest-silo", guest.SocketUri);
        var app = await silo.BusyboxApp();
        await silo.End(await silo.Run(app, "true"));
        var task = await silo.Run(app, "echo ready; sleep 2; exit 5");
        await silo.Says(task, "ready");

        await silo.Kill();
        await silo.Start();
        task = await silo.End(task);
        Assert.Equal((TaskPhase.Failed, 5, 1), (task.Phase, task.ExitCode, task.Attempt));
        await silo.End(await silo.Run(app, "true"));
        Assert.Equal(0, await silo.Stop());

        Assert.Equal(before, (await Everything(docker)).Except(["network granary", "volume granary-identity"]));
    }

    [Fact]
    public async Task It_says_one_line_when_all_is_well()
    {
        await using var silo = await SiloProcess.Up("quiet", engine.SocketUri);
        var app = await silo.BusyboxApp();
        foreach (var task in new[] { await silo.Run(app, "true"), await silo.Run(app, "exit 3"), await silo.Run(app, "echo hello") })
        {
            await silo.End(task);
        }

        await silo.LeavesNothing();
        Assert.Equal(0, await silo.Stop());

        Assert.Equal($"Granary is up: cell {silo.Cell} on {silo.Engine}, API at {silo.Api.GetLeftPart(UriPartial.Authority)}. Ctrl-C stops it.", Assert.Single(silo.Output));
        Assert.Empty(silo.Warnings);
        Assert.Empty(silo.Faults);
    }

    [Fact]
    public async Task Told_to_stop_it_goes_and_its_containers_run_on()
    {
        await using var silo = await SiloProcess.Up("stopped", engine.SocketUri, "--memory", "160");
        var app = await silo.BusyboxApp();
        var tasks = new List<TaskState>();
        for (var each = 0; each < 8; each++)
        {
            tasks.Add(await silo.Run(app, "trap 'exit 9' TERM; echo ready; sleep 5 & wait; exit 5"));
        }

        await silo.Says(tasks[0], "ready");
        using var docker = Scene.Docker(silo.Engine);
        using var load = new CancellationTokenSource();
        var asking = Ask(silo.Api, load.Token);
        Assert.Contains(await Scene.Ours(docker), each => each.State == "running");
        var since = TimeProvider.System.GetTimestamp();
        var code = await silo.Stop();
        var took = TimeProvider.System.GetElapsedTime(since);
        await load.CancelAsync();
        await asking;

        Assert.Equal(0, code);
        Assert.True(took < StopMax, $"The stop took {took}.\n{silo.Said}");

        await silo.Start();
        foreach (var task in tasks)
        {
            var ended = await silo.End(task);
            Assert.True((ended.Phase, ended.ExitCode, ended.Counters.Losses) == (TaskPhase.Failed, 5, 0), await Scene.Story(silo, task));
            Assert.Single(await silo.Log(task), each => each == "ready");
        }

        await silo.LeavesNothing();
        Assert.Empty(silo.Faults);
    }

    private static async Task Ask(Uri api, CancellationToken ended)
    {
        using var http = new HttpClient();
        while (!ended.IsCancellationRequested)
        {
            try
            {
                using var answer = await http.GetAsync(new Uri(api, "/v3/tasks"), ended);
            }
            catch (Exception fault) when (fault is HttpRequestException or OperationCanceledException)
            {
                // It is gone, or on its way.
            }
        }
    }

    /// <summary>Some are named like ours without our labels, some have our labels with the name of another cell.</summary>
    private static async Task MakeForeignThings(DockerClient docker)
    {
        await Make("somebody", []);
        await Make($"granary-{Guid.NewGuid():D}-1", []);
        await Make("granary-tool", new() { ["granary.cell"] = "product" });
        await Make($"granary-{Guid.NewGuid():D}-1", new() { ["granary.cell"] = "another", ["granary.work"] = Guid.NewGuid().ToString("D"), ["granary.attempt"] = "1" });
        await docker.Containers.CreateContainerAsync(Foreign("granary-never-started", []));
        await docker.Volumes.CreateAsync(new VolumesCreateParameters { Name = "granary-data" });
        await docker.Networks.CreateNetworkAsync(new NetworksCreateParameters { Name = "granary-net", Driver = "bridge" });
        await docker.Images.TagImageAsync(SharedEngine.BusyboxImage, new ImageTagParameters { RepositoryName = "somebody/image", Tag = "1" });

        async Task Make(string name, Dictionary<string, string> labels)
        {
            var made = await docker.Containers.CreateContainerAsync(Foreign(name, labels));
            await docker.Containers.StartContainerAsync(made.ID, new ContainerStartParameters());
        }
    }

    private static CreateContainerParameters Foreign(string name, Dictionary<string, string> labels) => new()
    {
        Name = name,
        Image = SharedEngine.BusyboxImage,
        Cmd = ["sleep", "3600"],
        Labels = labels,
        HostConfig = new HostConfig { NetworkMode = "none" },
    };

    private static async Task<string[]> Everything(DockerClient docker)
    {
        var all = new List<string>();
        foreach (var container in await docker.Containers.ListContainersAsync(new ContainersListParameters { All = true }))
        {
            var seen = await docker.Containers.InspectContainerAsync(container.ID);
            all.Add($"container {seen.Name} {seen.ID} {seen.State!.Status} {seen.State.StartedAt}");
        }

        all.AddRange((await docker.Networks.ListNetworksAsync()).Select(each => $"network {each.Name}"));
        all.AddRange((await docker.Volumes.ListAsync(CancellationToken.None)).Volumes.Select(each => $"volume {each.Name}"));
        all.AddRange((await docker.Images.ListImagesAsync(new ImagesListParameters())).SelectMany(each => each.RepoTags).Select(each => $"image {each}"));
        return [.. all.Order(StringComparer.Ordinal)];
    }
}
