using System.Net;
using System.Text.Json.Nodes;

namespace Granary.Api.Tests;

[Collection(ApiCollection.Name)]
public sealed class AuditTests(ApiHost host)
{
    [Fact]
    public async Task What_was_done_to_an_app_is_written_down_and_secrets_are_not()
    {
        var talk = new Conversation(host);
        using var created = await host.Send(HttpMethod.Post, "/v3/apps", Bodies.Json("""{"name":"audited"}"""));
        var app = JsonNode.Parse(await created.Content.ReadAsStringAsync())!.Text("guid");
        using var changed = await host.Send(HttpMethod.Patch, $"/v3/apps/{app}/environment_variables", Bodies.Json("""{"var":{"SECRET":"hush"}}"""));
        using var refused = await host.Send(HttpMethod.Patch, $"/v3/apps/{app}", Bodies.Json("""{"name":""}"""));
        await host.Client.Push("audited", new MemoryStream(Given.Zip(("a", "b"))));
        using var submitted = await host.Send(HttpMethod.Post, $"/v3/apps/{app}/tasks", Bodies.Json("""{"command":"wait hush","name":"quiet"}"""));
        var task = JsonNode.Parse(await submitted.Content.ReadAsStringAsync())!.Text("guid");
        using var cancelled = await host.Send(HttpMethod.Put, $"/v3/tasks/{task}/cancel");
        var log = await Log(app);
        using var deleted = await host.Send(HttpMethod.Delete, $"/v3/apps/{app}");

        var events = await talk.Get($"/v3/audit_events?target_guids={app}&order_by=created_at");
        await talk.Get($"/v3/audit_events?target_guids={app}&types=audit.app.task.create,audit.app.task.cancel&order_by=-created_at&per_page=1");
        await talk.Get($"/v3/audit_events/{events["resources"]![0]!.Text("guid")}");
        await talk.Get($"/v3/audit_events?target_guids={Guid.Empty}");
        await talk.Get($"/v3/audit_events/{app}");

        talk.Check();
        Assert.DoesNotContain("hush", string.Concat(log) + events.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal([$"Created app with guid {app}", $$"""Updated app with guid {{app}} ({"environment_variables"=>"[PRIVATE DATA HIDDEN]"})"""], log);
    }

    [Fact]
    public async Task What_was_done_to_processes_is_said_in_the_log()
    {
        var app = await Given.App(host, "audited processes");
        using var scaled = await host.Send(HttpMethod.Post, $"/v3/apps/{app.Id}/processes/web/actions/scale", Bodies.Json("""{"instances":0}"""));
        Assert.Equal(HttpStatusCode.Accepted, scaled.StatusCode);
        using var changed = await host.Send(HttpMethod.Patch, $"/v3/processes/{app.Id}", Bodies.Json("""{"command":"hush"}"""));

        Assert.Equal(["Scaling process: \"web\"", "Updating process: \"web\""], await Log(app.Id.ToString()));
    }

    /// <summary>What the API said in the log of an app.</summary>
    private async Task<string[]> Log(string app)
    {
        using var lines = await host.Send(HttpMethod.Get, $"/api/apps/{app}/logs");
        return [.. (await lines.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(each => JsonNode.Parse(each)!).Where(each => each.Text("source") == "API").Select(each => each.Text("text"))];
    }
}
