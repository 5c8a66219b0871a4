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
        using var deleted = await host.Send(HttpMethod.Delete, $"/v3/apps/{app}");

        var events = await talk.Get($"/v3/audit_events?target_guids={app}&order_by=created_at");
        await talk.Get($"/v3/audit_events?target_guids={app}&types=audit.app.task.create,audit.app.task.cancel&order_by=-created_at&per_page=1");
        await talk.Get($"/v3/audit_events/{events["resources"]![0]!.Text("guid")}");
        await talk.Get($"/v3/audit_events?target_guids={Guid.Empty}");
        await talk.Get($"/v3/audit_events/{app}");

        talk.Check();
        Assert.DoesNotContain("hush", events.ToJsonString(), StringComparison.Ordinal);
    }
}
