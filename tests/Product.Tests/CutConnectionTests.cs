using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Granary.Core.Apps;
using Granary.Core.Tasks;
using Granary.Grains.Ports;
using Granary.Testing;
using Npgsql;
using Xunit.Abstractions;

namespace Granary.Product.Tests;

/// <summary>The connection to the database is cut while a task's row is being written: before the database has it, or before the silo knows that it has.</summary>
[Collection(SharedEngine.Collection)]
public sealed class CutConnectionTests(SharedEngine engine, PrivatePostgres postgres, ITestOutputHelper output) : IClassFixture<PrivatePostgres>
{
    /// <summary>Nothing is mended by reading the queue again, which takes longer than a test waits.</summary>
    private const string SeldomRead = """{"Placement": {"ReadAgainEvery": "00:10:00"}}""";

    /// <summary>Of the writes of one task: the first, which accepts it, the one that places it, its outcome; and two of them.</summary>
    private static readonly int[][] Writes = [[1], [2], [3], [1, 3]];

    [Theory]
    [InlineData(CutAt.Request)]
    [InlineData(CutAt.Answer)]
    public async Task A_task_whose_write_is_cut_runs_once_and_ends_as_it_would_have(CutAt at)
    {
        var database = new NpgsqlConnectionStringBuilder(await postgres.CreateDatabase());
        await using var proxy = new DatabaseProxy(database.Port);
        var config = await TestState.FolderFor($"cut-{at}.json");
        await File.WriteAllTextAsync(config, SeldomRead);
        await using var silo = await SiloProcess.Up($"cut-{at}", engine.SocketUri, "--config", config, "--db", new NpgsqlConnectionStringBuilder(database.ConnectionString) { Port = proxy.Port }.ConnectionString);
        using var http = new HttpClient { BaseAddress = silo.Api };
        var app = await silo.BusyboxApp();
        foreach (var writes in Writes)
        {
            var mark = $"mark{Guid.NewGuid():N}"; // In the row's document and nowhere else: the task does not say it.
            proxy.Cut(mark, at, writes);
            var id = new TaskId(Guid.NewGuid());

            while (!await IsAccepted(http, app, id, $": {mark}; echo ran; exit 7"))
            {
                await Task.Delay(100); // As the 503 says: try again.
            }

            var task = await silo.End((await silo.Client.FindTask(id))!);

            output.WriteLine($"writes {string.Join(", ", writes)} cut at their {at}: {await Scene.Story(silo, task)}");
            Assert.Equal(writes.Length, proxy.Cuts);
            Assert.True((task.Phase, task.ExitCode) == (TaskPhase.Failed, 7), await Scene.Story(silo, task));
            Assert.Equal(["ran", "Exit status 7"], await silo.Log(task));
        }

        Assert.Equal(Writes.Length, (await silo.Client.Tasks(new RowQuery { Apps = [app.Id.Value] })).Items.Count);
        await silo.LeavesNothing();
    }

    /// <summary>Whether the task is known to be accepted. If not, the answer is Cloud Foundry's 503.</summary>
    private static async Task<bool> IsAccepted(HttpClient http, AppState app, TaskId id, string command)
    {
        using var answer = await http.PostAsJsonAsync($"/v3/apps/{app.Id}/tasks", new { command, memory_in_mb = 32, disk_in_mb = 16, granary = new { guid = id.Value } });
        if (answer.StatusCode == HttpStatusCode.Accepted)
        {
            return true;
        }

        var error = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors")[0];
        Assert.Equal((HttpStatusCode.ServiceUnavailable, 10015), (answer.StatusCode, error.GetProperty("code").GetInt32()));
        return false;
    }
}
