using System.Net;
using System.Text.Json.Nodes;

namespace Granary.Api.Tests;

[Collection(ApiCollection.Name)]
public sealed class AppTests(ApiHost host)
{
    [Fact]
    public async Task An_app_is_made_found_and_changed()
    {
        var talk = new Conversation(host);

        var app = await talk.Post("/v3/apps", """{"name":"shop","lifecycle":{"type":"buildpack","data":{}},"relationships":{"space":{"data":{"guid":"00000000-0000-4000-8000-000000000001"}}},"environment_variables":{"A":"1","B":2,"C":true},"metadata":{"labels":{"tier":"front"}}}""");
        await talk.Get("/v3/apps?names=SHOP,nothing&space_guids=00000000-0000-4000-8000-000000000001");
        await talk.Patch($"/v3/apps/{app.Text("guid")}", """{"name":"shop","metadata":{"labels":{"tier":null,"team":"blue"}}}""");
        await talk.Get($"/v3/apps/{app.Text("guid")}/environment_variables");
        await talk.Get($"/v3/apps/{app.Text("guid")}/env");
        await talk.Patch($"/v3/apps/{app.Text("guid")}/environment_variables", """{"var":{"A":null,"D":"new"}}""");
        await talk.Get($"/v3/apps/{app.Text("guid")}/routes");

        talk.Check();
    }

    [Fact]
    public async Task An_app_is_refused_with_every_fault_and_is_not_made()
    {
        await host.Client.CreateApp("taken");
        var talk = new Conversation(host);

        await talk.Post("/v3/apps", """{"name":"taken"}""");
        await talk.Post("/v3/apps", """{"name":"Taken"}""");
        await talk.Post("/v3/apps", "{}");
        await talk.Post("/v3/apps", """{"name":"half","environment_variables":{"VCAP_X":"1","PORT":"2","O":{}},"lifecycle":{"type":"kpack"},"relationships":{"space":{"data":{"guid":"x"}}},"metadata":{"labels":{"-":""}},"stack":"cflinuxfs4"}""");
        await talk.Get("/v3/apps?names=half");

        talk.Check();
    }

    [Fact]
    public async Task A_droplet_is_made_current_and_the_app_is_started()
    {
        var talk = new Conversation(host);
        var other = await Given.App(host, "owner of another droplet");
        var app = await talk.Post("/v3/apps", """{"name":"starter"}""");
        var path = $"/v3/apps/{app.Text("guid")}";

        await talk.Post($"{path}/actions/start");
        await talk.Get($"{path}/relationships/current_droplet");
        await talk.Get($"{path}/droplets/current");
        await talk.Patch($"{path}/relationships/current_droplet", """{"data":null}""");
        await talk.Patch($"{path}/relationships/current_droplet", """{"data":{"guid":"no-guid"}}""");
        await talk.Patch($"{path}/relationships/current_droplet", new JsonObject { ["data"] = new JsonObject { ["guid"] = other.CurrentDroplet.ToString() } }.ToJsonString());
        await host.Client.Push("starter", new MemoryStream(Given.Zip(("Procfile", "web: run\n"))));
        await talk.Get($"{path}/relationships/current_droplet");
        await talk.Get($"{path}/droplets/current");
        Assert.Equal("STARTED", (await talk.Post($"{path}/actions/start")).Text("state"));
        Assert.Equal("STARTED", (await talk.Post($"{path}/actions/restart")).Text("state"));
        Assert.Equal("STOPPED", (await talk.Post($"{path}/actions/stop")).Text("state"));

        talk.Check();
    }

    [Fact]
    public async Task Processes_come_from_the_current_droplet()
    {
        var app = await Given.App(host, "processes");
        var bare = await host.Client.CreateApp("no processes");
        var talk = new Conversation(host);

        await talk.Get($"/v3/apps/{app.Id}/processes?types=web,clock");
        await talk.Get($"/v3/apps/{app.Id}/processes/nothing");
        await talk.Get($"/v3/processes/{app.Id}-clock");
        await talk.Get($"/v3/processes/{app.Id}/stats");
        await talk.Get($"/v3/processes/{app.Id}/sidecars");
        await talk.Get($"/v3/processes/{Guid.Empty}");
        await talk.Get($"/v3/apps/{bare.Id}/processes");

        talk.Check();
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("PATCH", "")]
    [InlineData("POST", "/actions/start")]
    [InlineData("POST", "/actions/stop")]
    [InlineData("POST", "/actions/restart")]
    [InlineData("GET", "/env")]
    [InlineData("GET", "/environment_variables")]
    [InlineData("PATCH", "/environment_variables")]
    [InlineData("GET", "/relationships/current_droplet")]
    [InlineData("PATCH", "/relationships/current_droplet")]
    [InlineData("GET", "/droplets/current")]
    [InlineData("GET", "/droplets")]
    [InlineData("GET", "/packages")]
    [InlineData("GET", "/processes")]
    [InlineData("GET", "/processes/web")]
    [InlineData("GET", "/routes")]
    public async Task An_app_that_does_not_exist_is_not_found(string method, string path)
    {
        using var response = await host.Send(new HttpMethod(method), $"/v3/apps/{Guid.NewGuid()}{path}", Bodies.Json("{}"));

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("App not found", (await Bodies.Error(response)).Text("detail"));
    }
}
