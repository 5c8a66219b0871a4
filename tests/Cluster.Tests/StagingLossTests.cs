using System.Collections.Immutable;
using System.Text;
using Granary.Core.Apps;
using Granary.Core.Builds;
using Granary.Core.Tasks;
using Granary.Grains.Ports;
using Granary.Testing;

namespace Granary.Cluster.Tests;

/// <summary>A staging is a container run like any other, also when its host is lost.</summary>
[Collection(ThreeHosts.Collection)]
public sealed class StagingLossTests(ThreeHosts hosts)
{
    [Fact]
    public async Task A_build_whose_host_is_lost_is_staged_elsewhere_and_tasks_run_from_its_droplet()
    {
        await using var client = await hosts.Ready((await hosts.Cluster.Silos())[0]);
        var buildpack = new BuildpackId(Guid.NewGuid());
        await client.Granary.CreateBuildpack(buildpack, new BuildpackChange("hello_buildpack"));
        await client.Granary.UploadBuildpack(buildpack, "hello.zip", await Zips.Of(Repository.PathOf("samples/hello-buildpack")));
        var app = await client.Granary.CreateApp("staged elsewhere");
        await client.Granary.ChangeEnvironment(app.Id, ImmutableSortedDictionary<string, string?>.Empty.Add("SLOW_STAGING", "6"));
        var package = await client.Granary.CreatePackage(app.Id, Lifecycle.Bits);
        await client.Granary.Upload(package.Id, await Zips.Of(await Greeting()));

        var build = await client.Granary.Stage(package.Id, wish: new StagingWish(MemoryMb: 256, DiskMb: 256));
        await client.Waits(async () => (await Lines(client, build)).Contains("       second 2"), "the staging's second 2");
        var lost = (await client.Granary.FindDroplet(build.Id))!.Staging!.Cell!.Value.Name;
        await using var survivor = await ClusterClient.Open((await hosts.Cluster.Silos()).First(each => each.Cell != lost).GatewayPort);
        await hosts.Cluster.KillHost(lost);
        using var limit = new CancellationTokenSource(ClusterClient.WaitMax);
        var staged = await survivor.Granary.WaitStaged(build.Id, limit.Token);

        Assert.True((staged.Phase, staged.Staging!.Attempt) == (DropletPhase.Staged, 2), $"{staged.Error}\n{ClusterClient.Story(staged.Staging)}");
        Assert.NotEqual(lost, staged.Staging.Story.Entries.Last(entry => entry.Cell is not null).Cell);
        Assert.Contains(staged.Staging.Story.Entries, entry => entry.Text.Contains($"the lease of {lost} lapsed", StringComparison.Ordinal));
        await survivor.Granary.AssignDroplet(app.Id, staged.Id, limit.Token);
        var task = await survivor.End(await survivor.Granary.Run(app.Id, new TaskSubmission { Command = "greet you", MemoryMb = 32, DiskMb = 64 }, cancellation: limit.Token));
        Assert.True(task.Phase == TaskPhase.Succeeded, ClusterClient.Story(task));

        await hosts.Cluster.Up();
        await (await hosts.Ready((await hosts.Cluster.Silos())[0])).DisposeAsync();
    }

    /// <summary>A folder of which the buildpack knows that it is for it.</summary>
    private static async Task<string> Greeting()
    {
        var folder = await TestState.FolderFor("greeting");
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "greeting.txt"), "good morning\n");
        return folder;
    }

    private static async Task<string[]> Lines(ClusterClient client, DropletState build) =>
        [.. (await client.Granary.Logs(new LogQuery(build.App, build.Id.Value))).Select(line => Encoding.UTF8.GetString(line.Text.Span))];
}
