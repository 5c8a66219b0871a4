using System.Net;
using System.Text.Json.Nodes;
using Granary.Core.Apps;
using Granary.Core.Tasks;

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
    public async Task An_app_gets_another_name_unless_it_is_taken()
    {
        await host.Client.CreateApp("occupied");
        var app = await host.Client.CreateApp("before");
        var talk = new Conversation(host);

        await talk.Patch($"/v3/apps/{app.Id}", """{"name":"Occupied"}""");
        await talk.Patch($"/v3/apps/{app.Id}", """{"name":"after","lifecycle":{"type":"buildpack","data":{"buildpacks":["binary_buildpack"],"stack":"any"}}}""");
        await talk.Patch($"/v3/apps/{app.Id}", """{"name":"","lifecycle":{"type":"docker","data":{}},"colour":"red"}""");
        await talk.Patch($"/v3/apps/{app.Id}", """{"lifecycle":{"type":"buildpack","data":{"buildpacks":["cobol_buildpack",1]}}}""");
        await talk.Get("/v3/apps?names=before,after");

        talk.Check();
    }

    [Fact]
    public async Task An_app_is_deleted_with_all_that_belongs_to_it()
    {
        var app = await Given.App(host, "to be deleted");
        await host.Client.Scale(app.Id, "web", 0);
        await host.Client.ChangeProcess(app.Id, "clock", new ProcessChange(Instances: 2, MemoryMb: 32));
        await host.Client.Start(app.Id);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await host.Client.WaitUp(app.Id, patience.Token);
        var running = await host.Client.Run(app.Id, new TaskSubmission { Command = "wait", MemoryMb = 32 });
        var ended = await host.Client.Run(app.Id, new TaskSubmission { Command = "print x", MemoryMb = 32 });
        await host.Client.Wait(ended.Id, patience.Token);
        var package = app.NewestPackage;
        var talk = new Conversation(host);

        Assert.Equal("COMPLETE", (await talk.Job(HttpMethod.Delete, $"/v3/apps/{app.Id}")).Text("state"));
        await talk.Get($"/v3/apps/{app.Id}");
        await talk.Get($"/v3/tasks/{running.Id}");
        await talk.Get($"/v3/tasks/{ended.Id}");
        await talk.Get($"/v3/packages/{package}");
        await talk.Get($"/v3/droplets/{app.CurrentDroplet}");
        await talk.Get($"/v3/tasks?app_guids={app.Id}");

        talk.Check();
        Assert.DoesNotContain(host.Engine.Containers, each => each.Attempt.Work == running.Id.Value);
        Assert.Equal("to be deleted", (await host.Client.CreateApp("to be deleted")).Name);
    }

    [Fact]
    public async Task What_an_app_may_be_built_with_is_listed()
    {
        var app = await Given.App(host, "built");
        var talk = new Conversation(host);

        await talk.Get("/v3/buildpacks?order_by=position");
        await talk.Get("/v3/buildpacks?names=procfile_buildpack");
        await talk.Get("/v3/stacks");
        await talk.Get($"/v3/packages/{app.NewestPackage}/droplets?states=STAGED&per_page=1");
        await talk.Post("/v3/deployments", "{}");
        await talk.Get("/v3/jobs/00000000-0000-4000-8000-000000000003");

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
    [InlineData("DELETE", "")]
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
