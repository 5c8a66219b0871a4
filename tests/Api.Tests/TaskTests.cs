using Granary.Core.Attempts;

namespace Granary.Api.Tests;

[Collection(ApiCollection.Name)]
public sealed class TaskTests(ApiHost host)
{
    [Fact]
    public async Task A_task_is_created_and_ends()
    {
        var app = await Given.App(host);
        var talk = new Conversation(host);

        var task = await talk.Post($"/v3/apps/{app.Id}/tasks", """{"command":"print hello; exit 3","name":"greet","memory_in_mb":"64","disk_in_mb":"128","metadata":{"labels":{"team":"blue"},"annotations":{"why":"a test"}}}""");
        await host.Client.Wait(new(Guid.Parse(task.Text("guid"))));
        await talk.Get($"/v3/tasks/{task.Text("guid")}");
        await talk.Get($"/api/tasks/{task.Text("guid")}");

        talk.Check();
    }

    [Fact]
    public async Task A_template_and_defaults_fill_what_is_not_said()
    {
        var app = await Given.App(host);
        var talk = new Conversation(host);

        var process = await talk.Get($"/v3/apps/{app.Id}/processes/task");
        var task = await talk.Post($"/v3/apps/{app.Id}/tasks", Given.Template(process.Text("guid")));
        await host.Client.Wait(new(Guid.Parse(task.Text("guid"))));
        await talk.Post($"/v3/apps/{app.Id}/tasks", Given.Template($"{app.Id}-nothing"));

        talk.Check();
    }

    [Fact]
    public async Task Granary_has_wishes_of_its_own()
    {
        var app = await Given.App(host);
        var talk = new Conversation(host);
        var guid = Guid.NewGuid();
        var body = $$$"""{"command":"true","name":"once","granary":{"guid":"{{{guid}}}","deadline_in_seconds":60,"retries_max":1,"losses_max":0,"on_cell_loss":"fail","network":"none"}}""";

        var first = await talk.Post($"/v3/apps/{app.Id}/tasks", body);
        await host.Client.Wait(new(guid));
        var again = await talk.Post($"/v3/apps/{app.Id}/tasks", body);
        await talk.Get($"/api/tasks/{guid}");

        Assert.Equal((string)first["guid"]!, (string)again["guid"]!);
        Assert.Equal((int)first["sequence_id"]!, (int)again["sequence_id"]!);
        Assert.Equal("SUCCEEDED", (string)again["state"]!);
    }

    [Fact]
    public async Task Cancelling_twice_is_legal_until_the_end()
    {
        var app = await Given.App(host);
        var talk = new Conversation(host);
        var task = await talk.Post($"/v3/apps/{app.Id}/tasks", """{"command":"wait ignoring TERM","name":"stubborn"}""");
        var (id, path) = (Guid.Parse(task.Text("guid")), $"/v3/tasks/{task.Text("guid")}");
        await host.Engine.WhenStarted(new AttemptKey(id, 1), CancellationToken.None); // A cancel before that ends it at once.

        await talk.Post($"{path}/actions/cancel");
        await talk.Put($"{path}/cancel");
        await host.Client.Wait(new(id));
        await talk.Put($"{path}/cancel");
        await talk.Get(path);

        talk.Check();
    }

    [Fact]
    public async Task Only_metadata_can_be_changed()
    {
        var app = await Given.App(host);
        var talk = new Conversation(host);
        var task = await talk.Post($"/v3/apps/{app.Id}/tasks", """{"command":"true","name":"labelled","metadata":{"labels":{"keep":"1","drop":"2"}}}""");
        await host.Client.Wait(new(Guid.Parse(task.Text("guid"))));

        await talk.Patch($"/v3/tasks/{task.Text("guid")}", """{"metadata":{"labels":{"drop":null,"add":"3"},"annotations":{"note":"text"}}}""");
        await talk.Patch($"/v3/tasks/{task.Text("guid")}", """{"name":"other","metadata":{"labels":{"-":"x"}}}""");

        talk.Check();
    }

    [Fact]
    public async Task What_does_not_exist_is_not_found()
    {
        var talk = new Conversation(host);
        var nobody = Guid.NewGuid();

        await talk.Post($"/v3/apps/{nobody}/tasks", """{"command":"true"}""");
        await talk.Get($"/v3/apps/{nobody}/tasks");
        await talk.Get($"/v3/tasks/{nobody}");
        await talk.Patch($"/v3/tasks/{nobody}", "{}");
        await talk.Post($"/v3/tasks/{nobody}/actions/cancel");
        await talk.Put($"/v3/tasks/{nobody}/cancel");
        await talk.Get("/v3/tasks/no-guid");
        await talk.Get($"/api/tasks/{nobody}");
        await talk.Get($"/api/apps/{nobody}/logs");

        talk.Check();
    }
}
