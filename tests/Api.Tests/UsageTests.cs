using System.Text.Json.Nodes;
using Granary.Core.Access;
using Granary.Core.Apps;
using Granary.Core.Tasks;

namespace Granary.Api.Tests;

/// <summary>Usage events as they are written, of a database that other suites use too: each looks behind the last event that was there before.</summary>
[Collection(TokenCollection.Name)]
public sealed class UsageTests(TokenHost host)
{
    [Fact]
    public async Task A_task_that_was_started_and_stopped_is_told_to_those_who_see_everything()
    {
        var talk = new Conversation(host);
        using var seeded = await host.Http.Send(HttpMethod.Post, "/v3/app_usage_events/actions/destructively_purge_all_and_reseed", null);
        var app = await host.Client.CreateApp("used", Lifecycle.Docker);
        var package = await host.Client.CreatePackage(app.Id, Lifecycle.Docker, "busybox");
        await host.Client.AssignDroplet(app.Id, (await host.Client.Stage(package.Id)).Id);
        var task = await host.Client.Run(app.Id, new TaskSubmission { Command = "true", Name = "count", NamesItself = true });
        await host.Client.Wait(task.Id);

        var all = (await Mine(app.Id)).ToArray();
        await host.Client.Delete(app.Id);
        await Until(async () => await host.Client.FindApp(app.Id) is null);

        Assert.Equal(200, (int)seeded.StatusCode);
        Assert.Equal(all.Select(each => each.ToJsonString()), (await Mine(app.Id)).Select(each => each.ToJsonString()));
        await talk.Get($"/v3/app_usage_events/{all[0].Text("guid")}");
        await talk.Get($"/v3/app_usage_events?after_guid={all[0].Text("guid")}&guids={all[1].Text("guid")}&order_by=-created_at&per_page=1");
        await talk.Get($"/v3/app_usage_events?after_guid={Guid.Empty}");
        await talk.Get($"/v3/app_usage_events?states=TASK_STARTED");
        await talk.Get($"/v3/app_usage_events/{Guid.Empty}");
        var (_, nobody) = await host.Somebody(Authority.None, new RoleGrant(Role.OrganizationUser, Home.Organization, null), new RoleGrant(Role.SpaceDeveloper, Home.Organization, Home.Space));
        using (nobody)
        {
            Assert.Empty(JsonNode.Parse(await nobody.Text("/v3/app_usage_events"))!["resources"]!.AsArray());
        }

        talk.Check();
    }

    [Fact]
    public async Task Accounts_begin_anew_with_what_is_started()
    {
        var app = await host.Client.CreateApp("seeded", Lifecycle.Docker);
        var package = await host.Client.CreatePackage(app.Id, Lifecycle.Docker, "busybox");
        await host.Client.AssignDroplet(app.Id, (await host.Client.Stage(package.Id)).Id);
        await host.Client.ChangeProcess(app.Id, "web", new ProcessChange(Instances: 2, MemoryMb: 64, ChangesCommand: true, Command: "wait"));
        var task = await host.Client.Run(app.Id, new TaskSubmission { Command = "true" });
        await host.Client.Wait(task.Id);
        await host.Client.Start(app.Id);

        using var seeded = await host.Http.Send(HttpMethod.Post, "/v3/app_usage_events/actions/destructively_purge_all_and_reseed", null);

        var happened = Assert.Single(await Mine(app.Id));
        Assert.Equal(
            $$"""{"current":"STARTED","previous":"STARTED"} {"guid":"{{app.Id}}","type":"web"} {"current":64,"previous":64} {"current":2,"previous":2}""",
            $"{happened["state"]!.ToJsonString()} {happened["process"]!.ToJsonString()} {happened["memory_in_mb_per_instance"]!.ToJsonString()} {happened["instance_count"]!.ToJsonString()}");
        await host.Client.Delete(app.Id);
    }

    private async Task<IEnumerable<JsonNode>> Mine(AppId app) =>
        JsonNode.Parse(await host.Http.Text("/v3/app_usage_events?per_page=5000"))!["resources"]!.AsArray().Where(each => each!["app"]!.Text("guid") == app.ToString())!;

    /// <summary>An app takes itself apart in the background.</summary>
    private static async Task Until(Func<Task<bool>> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await holds())
        {
            await Task.Delay(50, patience.Token);
        }
    }
}
