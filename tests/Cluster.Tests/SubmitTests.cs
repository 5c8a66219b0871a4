using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Granary.Core.Tasks;
using Granary.Grains.Ports;
using Granary.Testing;

namespace Granary.Cluster.Tests;

/// <summary>Clients of the API while silos die.</summary>
[Collection(ThreeHosts.Collection)]
public sealed class SubmitTests(ThreeHosts hosts)
{
    /// <summary>As long as several deaths and returns take.</summary>
    private static readonly TimeSpan Storm = TimeSpan.FromSeconds(12);

    [Fact]
    [Trait("Length", "Long")]
    public async Task A_submit_through_any_living_silo_works_or_is_told_and_a_repeated_one_makes_one_task()
    {
        var silos = await hosts.Cluster.Silos();
        await using var client = await hosts.Ready(silos[0]);
        var app = await client.Granary.PushImage("submits", SharedEngine.BusyboxImage);
        var since = TimeProvider.System.GetTimestamp();
        var accepted = new List<Guid>();
        var told = 0;
        using var http = new HttpClient();

        var killing = Task.Run(async () =>
        {
            await hosts.Cluster.Kill(silos[2].Name);
            await hosts.Cluster.Restart(silos[2].Name);
        });
        while (TimeProvider.System.GetElapsedTime(since) < Storm || !killing.IsCompleted)
        {
            var task = Guid.NewGuid();
            // The same guid through both living silos at once.
            var answers = await Task.WhenAll(silos.Take(2).Select(each => Submit(http, each, app.Id.Value, task)));
            Assert.All(answers, each => Assert.True(each is HttpStatusCode.Accepted or HttpStatusCode.ServiceUnavailable, $"{each}"));
            told += answers.Count(each => each == HttpStatusCode.ServiceUnavailable);
            if (answers.Contains(HttpStatusCode.Accepted))
            {
                accepted.Add(task);
            }

            await Task.Delay(500); // Not a wait for something: how often clients submit.
        }

        await killing;
        var ended = await Task.WhenAll(accepted.Select(each => client.Until(new TaskId(each), now => now.IsFinished, "has ended")));
        var listed = await client.Granary.Tasks(new RowQuery { Apps = [app.Id.Value], PerPage = 1000 });

        Assert.NotEmpty(accepted);
        Assert.True(accepted.Count * 2 > told, $"{told} of {accepted.Count * 2} submits were answered with 503.");
        Assert.All(ended, each => Assert.True(each.Phase == TaskPhase.Succeeded, ClusterClient.Story(each)));
        Assert.Empty(accepted.Except(listed.Items.Select(each => each.Id.Value)));
        Assert.Equal(listed.Items.Count, listed.Items.Select(each => each.SequenceId).Distinct().Count());
    }

    /// <summary>The status; a 503 comes with Cloud Foundry's error.</summary>
    private static async Task<HttpStatusCode> Submit(HttpClient http, LocalSilo silo, Guid app, Guid task)
    {
        using var answer = await http.PostAsJsonAsync(new Uri(silo.Http, $"/v3/apps/{app}/tasks"), new { command = "true", memory_in_mb = 16, disk_in_mb = 16, granary = new { guid = task } });
        if (answer.StatusCode == HttpStatusCode.ServiceUnavailable)
        {
            var error = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors")[0];
            Assert.Equal((10015, "CF-ServiceUnavailable"), (error.GetProperty("code").GetInt32(), error.GetProperty("title").GetString()));
        }

        return answer.StatusCode;
    }
}
