using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Tasks;
using Granary.Testing;

namespace Granary.Cluster.Tests;

/// <summary>What all silos share is gone for a while: the database, or everything.</summary>
[Collection(ThreeHosts.Collection)]
public sealed class OutageTests(ThreeHosts hosts)
{
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(30);

    /// <summary>Lines come ten a second: these tasks end during the outage, and those after it.</summary>
    private static readonly int[] Lines = [.. Enumerable.Repeat(150, 10), .. Enumerable.Repeat(600, 10)];

    [Fact]
    [Trait("Length", "Long")]
    public async Task The_database_is_stopped_for_30_s_under_twenty_tasks_and_nothing_restarts()
    {
        var silos = await hosts.Cluster.Silos();
        await using var client = await hosts.Ready(silos[0]);
        var app = await client.Granary.PushImage("outage", SharedEngine.BusyboxImage);
        var tasks = await Running(client, app, [.. Lines.Select((each, code) => Clusters.Counting(each, code))]);
        var dead = await client.Dead();
        var before = await Containers(silos);
        using var http = new HttpClient();

        await hosts.Cluster.DatabaseDown();
        try
        {
            var since = TimeProvider.System.GetTimestamp();
            do
            {
                foreach (var silo in silos)
                {
                    await IsUnavailable(await http.PostAsJsonAsync(new Uri(silo.Http, $"/v3/apps/{app.Id}/tasks"), new { command = "true" }));
                }
            }
            while (TimeProvider.System.GetElapsedTime(since) < Outage);

            Assert.Equal(before, await Containers(silos));
        }
        finally
        {
            await hosts.Cluster.DatabaseUp();
        }

        tasks = await Task.WhenAll(tasks.Select(client.End));
        await (await hosts.Ready(silos[0])).DisposeAsync();

        // A task that ended holds none any more.
        Assert.Equal(["cell-1", "cell-2", "cell-3"], tasks.Select(each => each.Story.Entries.Last(entry => entry.Cell is not null).Cell).Distinct().Order());
        Assert.Equal(silos.Select(each => each.Pid), (await hosts.Cluster.Silos()).Select(each => each.Pid));
        Assert.Equal(dead, await client.Dead());
        for (var code = 0; code < tasks.Length; code++)
        {
            Assert.True((tasks[code].ExitCode, tasks[code].Attempt) == (code, 1), ClusterClient.Story(tasks[code]));
            Assert.Equal(Clusters.Counted(Lines[code], code), await client.Log(tasks[code]));
        }

        Assert.Equal(tasks.Length, (await client.Granary.Tasks(new Granary.Grains.Ports.RowQuery { Apps = [app.Id.Value], PerPage = 1000 })).Items.Count);
    }

    [Fact]
    [Trait("Length", "Long")]
    public async Task Everything_is_killed_at_once_and_every_task_reaches_the_right_end()
    {
        var silos = await hosts.Cluster.Silos();
        await using var client = await hosts.Ready(silos[0]);
        var app = await client.Granary.PushImage("power", SharedEngine.BusyboxImage);
        var ended = await client.End(await client.Granary.Run(app.Id, Clusters.Busybox("exit 4")));
        var moved = await Running(client, app, [.. Enumerable.Range(1, 6).Select(each => Clusters.Counting(100, each))]);
        var kept = await client.Granary.Run(app.Id, Clusters.Busybox("sleep 600") with { OnCellLoss = OnCellLoss.Fail });
        var stopping = await client.Granary.Run(app.Id, Clusters.Busybox("trap '' TERM; echo line 5; while :; do sleep 0.1; done"));
        var large = (await client.Granary.Cells())[0].Total.MemoryMb + 1;
        var waiting = await client.Granary.Run(app.Id, Clusters.Busybox("true", large));
        await client.Until(kept, each => each.Phase == TaskPhase.Running, "runs");
        await client.Says(stopping, "line 5");
        await client.Granary.Cancel(stopping.Id);

        Signal.Kill.To((await hosts.Cluster.DatabasePid())!.Value);
        Array.ForEach([.. silos], each => Signal.Kill.To(each.Pid!.Value));
        foreach (var silo in silos)
        {
            await hosts.Cluster.KillHost(silo.Cell);
        }

        await hosts.Cluster.Up();
        await using var after = await hosts.Ready(silos[0]);
        moved = await Task.WhenAll(moved.Select(after.End));
        kept = await after.End(kept);
        stopping = await after.End(stopping);
        var still = await after.Granary.FindTask(waiting.Id);
        await after.Granary.Cancel(waiting.Id);

        var same = await after.Granary.FindTask(ended.Id);
        Assert.Equal((ended.Phase, ended.ExitCode, ended.Attempt, ended.UpdatedAt), (same!.Phase, same.ExitCode, same.Attempt, same.UpdatedAt));
        foreach (var (task, code) in moved.Select((task, at) => (task, at + 1)))
        {
            Assert.True((task.Phase, task.ExitCode, task.Attempt) == (TaskPhase.Failed, code, 2), ClusterClient.Story(task));
            Assert.Equal(Clusters.Counted(100, code), (await after.Log(task))[^101..]);
        }

        Assert.True((kept.Phase, kept.Attempt, kept.ExitCode) == (TaskPhase.Failed, 1, null), ClusterClient.Story(kept));
        Assert.True((stopping.Phase, stopping.FailureReason) == (TaskPhase.Failed, "task was cancelled"), ClusterClient.Story(stopping));
        Assert.True(still!.Phase == TaskPhase.Pending, ClusterClient.Story(still));
    }

    /// <summary>Tasks with these commands, each of which has said its fifth line.</summary>
    private static async Task<TaskState[]> Running(ClusterClient client, AppState app, string[] commands)
    {
        var tasks = await Task.WhenAll(commands.Select(each => client.Granary.Run(app.Id, Clusters.Busybox(each, memoryMb: 16))));
        await Task.WhenAll(tasks.Select(each => client.Says(each, "line 5")));
        return tasks;
    }

    /// <summary>The containers of tasks, and when each was started.</summary>
    private static async Task<string[]> Containers(IEnumerable<LocalSilo> silos)
    {
        var all = new List<string>();
        foreach (var silo in silos)
        {
            using var docker = Clusters.Docker(silo.Engine);
            foreach (var container in await docker.Containers.ListContainersAsync(new() { All = true }))
            {
                all.Add($"{container.Names[0]} {(await docker.Containers.InspectContainerAsync(container.ID)).State!.StartedAt}");
            }
        }

        return [.. all.Order(StringComparer.Ordinal)];
    }

    private static async Task IsUnavailable(HttpResponseMessage answer)
    {
        using var ending = answer;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        var error = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors")[0];
        Assert.Equal((10015, "CF-ServiceUnavailable"), (error.GetProperty("code").GetInt32(), error.GetProperty("title").GetString()));
    }
}
