using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Granary.Core.Apps;

namespace Granary.Api.Tests;

[Collection(ApiCollection.Name)]
public sealed partial class InstanceTests(ApiHost host)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_process_is_scaled_started_and_stopped()
    {
        var app = await Given.App(host);
        var talk = new Conversation(host);

        await talk.Post($"/v3/apps/{app.Id}/processes/web/actions/scale", """{"instances":0}""");
        await talk.Post($"/v3/processes/{app.Id}-clock/actions/scale", """{"instances":"2","memory_in_mb":64,"disk_in_mb":"128","log_rate_limit_in_bytes_per_second":1000}""");
        await talk.Get($"/v3/processes/{app.Id}-clock/stats");
        await host.Client.Start(app.Id);
        await Up(app.Id);
        await talk.Get($"/v3/apps/{app.Id}/processes/clock/stats");
        await talk.Get($"/api/apps/{app.Id}/processes/clock/instances/1");
        await talk.Patch($"/v3/processes/{app.Id}-clock", """{"command":"wait; exit 1","health_check":{"type":"process","data":{"timeout":null}}}""");
        await host.Client.Stop(app.Id);
        await Until(async () => (await host.Client.Instances(app.Id)).Count == 0);
        await talk.Get($"/v3/apps/{app.Id}/processes/clock/stats");

        talk.Check();
    }

    [Fact]
    public async Task What_a_process_cannot_be_is_refused_with_every_fault()
    {
        var app = await Given.App(host);
        var talk = new Conversation(host);

        await talk.Post($"/v3/processes/{app.Id}/actions/scale", """{"instances":-1,"memory_in_mb":0,"disk_in_mb":"much","log_rate_limit_in_bytes_per_second":-2,"routes":1}""");
        await talk.Post($"/v3/processes/{app.Id}/actions/scale", """{"instances":1001,"disk_in_mb":1000000}""");
        await talk.Patch($"/v3/processes/{app.Id}", """{"command":"","health_check":{"type":"http"}}""");
        await talk.Post($"/v3/apps/{app.Id}/processes/nothing/actions/scale", "{}");
        await talk.Get($"/api/apps/{app.Id}/processes/clock/instances/0");
        await talk.Ask(HttpMethod.Delete, $"/v3/apps/{app.Id}/processes/clock/instances/0", null);
        await talk.Ask(HttpMethod.Delete, $"/v3/processes/{app.Id}-clock/instances/first", null);

        talk.Check();
    }

    [Fact]
    public async Task One_instance_is_restarted_alone()
    {
        var app = await Clocks(2);
        await Up(app);

        using (var answer = await host.Send(HttpMethod.Delete, $"/v3/apps/{app}/processes/clock/instances/1"))
        {
            Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        }

        await Until(async () => await host.Client.FindInstance(app, "clock", 1) is { Attempt: 2, UpSince: not null });
        Assert.Equal(1, (await host.Client.FindInstance(app, "clock", 0))!.Attempt);
        await host.Client.Stop(app);
    }

    [Fact]
    public async Task An_app_that_is_never_up_says_so_and_costs_little()
    {
        var app = await Clocks(1, "exit 9");

        await Until(async () => (await Stats(app))["state"]!.GetValue<string>() == "CRASHED");
        var stats = await Stats(app);
        var starts = host.Engine.Starts.Count;
        await Task.Delay(TimeSpan.FromSeconds(2));

        Assert.Matches(Crashed(), stats["details"]!.GetValue<string>());
        Assert.Equal(0, stats["uptime"]!.GetValue<long>());
        Assert.Equal(starts, host.Engine.Starts.Count);
        await host.Client.Stop(app);
    }

    [Fact]
    public async Task What_an_instance_uses_is_told()
    {
        var app = await Clocks(1);
        await Up(app);

        var usage = (await Stats(app))["usage"]!;

        Assert.InRange((double)usage["cpu"]!, 0, 0.6);
        Assert.Equal((4L << 20, 4L << 20), ((long)usage["mem"]!, (long)usage["disk"]!));
        await host.Client.Stop(app);
    }

    [Fact]
    public async Task A_restart_takes_what_is_new()
    {
        var app = await Clocks(1);
        await Up(app);

        await host.Client.ChangeProcess(app, "clock", new ProcessChange(MemoryMb: 32, ChangesCommand: true, Command: "print new; wait"));
        Assert.Equal("wait", (await host.Client.FindInstance(app, "clock", 0))!.Spec!.Command);
        using (await host.Send(HttpMethod.Post, $"/v3/apps/{app}/actions/restart"))
        {
            await Up(app);
        }

        Assert.Equal((2, 32, "print new; wait"), (await host.Client.FindInstance(app, "clock", 0) is var instance ? instance!.Attempt : 0, instance!.Spec!.MemoryMb, instance.Spec.Command));
        await Until(async () => (await Log(app)).Contains("APP/PROC/CLOCK 0 new"));
        await host.Client.Stop(app);
    }

    private async Task<AppId> Clocks(int count, string? command = null, [System.Runtime.CompilerServices.CallerMemberName] string name = "")
    {
        var app = await Given.App(host, name);
        await host.Client.Scale(app.Id, "web", 0);
        await host.Client.ChangeProcess(app.Id, "clock", new ProcessChange(count, 16, 16, null, command is not null, command));
        await host.Client.Start(app.Id);
        return app.Id;
    }

    private Task Up(AppId app) => host.Client.WaitUp(app).WaitAsync(Patience);

    private async Task<JsonNode> Stats(AppId app)
    {
        using var answer = await host.Send(HttpMethod.Get, $"/v3/apps/{app}/processes/clock/stats");
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["resources"]![0]!;
    }

    private async Task<IEnumerable<string>> Log(AppId app)
    {
        using var answer = await host.Send(HttpMethod.Get, $"/api/v1/read/{app}?limit=1000");
        var batch = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["envelopes"]!["batch"]!.AsArray();
        return [.. batch.Select(each => $"{each!["tags"]!["source_type"]} {each["instance_id"]} {System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(each["log"]!["payload"]!.GetValue<string>()))}")];
    }

    private static async Task Until(Func<Task<bool>> holds)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!await holds())
        {
            await Task.Delay(50, patience.Token);
        }
    }

    [GeneratedRegex("^crashed 3 times, last: exited with status 9; next run in (2[0-9]|30) s$")]
    private static partial Regex Crashed();
}
