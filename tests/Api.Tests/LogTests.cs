using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Tasks;

namespace Granary.Api.Tests;

[Collection(ApiCollection.Name)]
public sealed class LogTests(ApiHost host)
{
    [Fact]
    public async Task The_log_as_both_endpoints_write_it()
    {
        var (app, task) = await Logged("printerr one");
        var talk = new Conversation(host);

        await talk.Get("/api/v1/info");
        await talk.Get($"/api/v1/read/{app}?start_time=-6795364578871345152&descending=true&envelope_types=LOG&limit=1000");
        await talk.Get($"/api/v1/read/{Guid.NewGuid()}");
        using var lines = await host.Send(HttpMethod.Get, $"/api/apps/{app}/logs?task={task.Id}");
        var text = await lines.Content.ReadAsStringAsync();

        talk.Check();
        Assert.Equal("application/x-ndjson", lines.Content.Headers.ContentType!.MediaType);
        Assert.Equal(
            ["ERR one", "OUT Exit status 0"],
            Lines(text).Where(each => each.Text("source").StartsWith("APP/", StringComparison.Ordinal)).Select(each => $"{each.Text("stream")} {each.Text("text")}"));
    }

    [Fact]
    public async Task A_reader_that_goes_on_after_the_last_instant_sees_every_line_once()
    {
        var (app, _) = await Logged(string.Join(';', Enumerable.Range(1, 40).Select(number => $"print line {number}")));
        var all = Batch(await Read($"/api/v1/read/{app}?limit=1000"));

        var pieces = new List<string>();
        var from = 0L;
        while (Batch(await Read($"/api/v1/read/{app}?limit=7&start_time={from}")) is { Count: > 0 } batch)
        {
            pieces.AddRange(batch.Select(each => each.Text("timestamp")));
            from = long.Parse(pieces[^1], CultureInfo.InvariantCulture) + 1;
        }

        Assert.Equal(all.Select(each => each.Text("timestamp")), pieces);
        Assert.Equal(pieces.Select(long.Parse).Distinct().Order(), pieces.Select(long.Parse));
        var newest = Batch(await Read($"/api/v1/read/{app}?limit=2&descending=true"));
        Assert.Equal(pieces[^2..].AsEnumerable().Reverse(), newest.Select(each => each.Text("timestamp")));
        Assert.Equal(pieces[..3], Batch(await Read($"/api/v1/read/{app}?start_time={pieces[0]}&end_time={pieces[3]}")).Select(each => each.Text("timestamp")));
    }

    [Theory]
    [InlineData("limit=1001")]
    [InlineData("limit=-1")]
    [InlineData("start_time=now")]
    [InlineData("end_time=9223372036854775808")]
    [InlineData("descending=yes")]
    public async Task A_bad_parameter_of_Log_Cache_is_refused(string query)
    {
        using var response = await host.Send(HttpMethod.Get, $"/api/v1/read/{Guid.NewGuid()}?{query}");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Theory]
    [InlineData("envelope_types=COUNTER", 0)]
    [InlineData("envelope_types=COUNTER&envelope_types=LOG", 1)]
    [InlineData("envelope_types=ANY", 1)]
    public async Task Only_envelopes_of_lines_are_here(string query, int some)
    {
        var (app, _) = await Logged("print x");

        Assert.Equal(some, Math.Sign(Batch(await Read($"/api/v1/read/{app}?{query}")).Count));
    }

    [Fact]
    public async Task A_followed_log_comes_line_by_line_and_ends_with_its_task()
    {
        var app = await Given.App(host, "followed");
        var task = await host.Client.Run(app.Id, new TaskSubmission { Command = "print early; hold; print late", Name = "f", NamesItself = true });
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));

        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/apps/{app.Id}/logs?task={task.Id}&follow=true");
        using var response = await host.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(limit.Token));
        var seen = new List<string>();
        while (await reader.ReadLineAsync(limit.Token) is { } line)
        {
            seen.Add(JsonNode.Parse(line)!.Text("text"));
            if (seen[^1] == "early")
            {
                host.Engine.Finish(new AttemptKey(task.Id.Value, 1), 4); // Only once its line has come: it is not held back until the end.
            }
        }

        Assert.Contains("early", seen);
        Assert.Contains("Exit status 4", seen);
    }

    [Fact]
    public async Task A_follower_that_goes_away_is_let_go()
    {
        var app = await Given.App(host, "left");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));

        using (var request = new HttpRequestMessage(HttpMethod.Get, $"/api/apps/{app.Id}/logs?follow=true"))
        {
            using var response = await host.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            await host.Active(requests => requests == 1, limit.Token);
        }

        await host.Active(requests => requests == 0, limit.Token);
    }

    [Theory]
    [InlineData("follow=maybe")]
    [InlineData("from=-1")]
    [InlineData("colour=red")]
    public async Task A_bad_parameter_is_refused(string query)
    {
        var app = await host.Client.FindApp("quiet") ?? await host.Client.CreateApp("quiet");
        using var response = await host.Send(HttpMethod.Get, $"/api/apps/{app.Id}/logs?{query}");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task A_task_of_another_app_has_no_lines_here()
    {
        var (_, task) = await Logged("print x");
        var other = await host.Client.CreateApp("without that task");

        using var response = await host.Send(HttpMethod.Get, $"/api/apps/{other.Id}/logs?task={task.Id}");

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    private static IReadOnlyList<JsonNode> Batch(JsonNode read) => [.. read["envelopes"]!["batch"]!.AsArray().Select(each => each!)];

    private static IEnumerable<JsonNode> Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(each => JsonNode.Parse(each)!);

    private async Task<JsonNode> Read(string path)
    {
        using var response = await host.Send(HttpMethod.Get, path);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
    }

    /// <summary>An app with one ended task all of whose lines are stored.</summary>
    private async Task<(AppId App, TaskState Task)> Logged(string command)
    {
        var app = await Given.App(host, $"logged {Guid.NewGuid():N}");
        var task = await host.Client.Run(app.Id, new TaskSubmission { Command = command, Name = "log", NamesItself = true });
        await foreach (var line in host.Client.FollowLogs(app.Id, task.Id))
        {
            Assert.Equal(task.Id.Value, line.Attempt.Work);
        }

        return (app.Id, await host.Client.Wait(task.Id));
    }
}
