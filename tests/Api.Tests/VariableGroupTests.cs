using System.Text.Json.Nodes;
using Granary.Core.Access;
using Granary.Core.Apps;
using Granary.Core.Tasks;

namespace Granary.Api.Tests;

/// <summary>What operators give to the environments of all apps. Each test leaves them as they were.</summary>
[Collection(TokenCollection.Name)]
public sealed class VariableGroupTests(TokenHost host)
{
    [Fact]
    public async Task Groups_are_read_and_changed_and_apps_show_them()
    {
        var talk = new Conversation(host);
        var app = await host.Client.CreateApp("grouped");

        await talk.Get("/v3/environment_variable_groups/running");
        await talk.Get("/v3/environment_variable_groups/sleeping");
        await talk.Patch("/v3/environment_variable_groups/sleeping", """{"var":{}}""");
        await talk.Patch("/v3/environment_variable_groups/running", "{}");
        await talk.Patch("/v3/environment_variable_groups/running", """{"var":{"PORT":"1","VCAP_X":"1","A":{}}}""");
        await talk.Patch("/v3/environment_variable_groups/running", """{"var":{"VCAP_X":"1"}}""");
        await talk.Patch("/v3/environment_variable_groups/running", """{"var":{"PROXY":"proxy:3128","GREETING":"hello"}}""");
        await talk.Patch("/v3/environment_variable_groups/running", """{"var":{"GREETING":null}}""");
        await talk.Patch("/v3/environment_variable_groups/staging", """{"var":{"MIRROR":"http://mirror"}}""");
        await talk.Get($"/v3/apps/{app.Id}/env");
        await talk.Patch("/v3/environment_variable_groups/running", """{"var":{"PROXY":null}}""");
        await talk.Patch("/v3/environment_variable_groups/staging", """{"var":{"MIRROR":null}}""");

        talk.Check();
        await host.Client.Delete(app.Id);
    }

    [Fact]
    public async Task A_task_has_the_running_group_and_its_app_wins()
    {
        var app = await host.Client.PushImage("grouped too", "registry.example/grouped:1");
        await host.Client.ChangeEnvironment(app.Id, System.Collections.Immutable.ImmutableSortedDictionary<string, string?>.Empty.Add("GREETING", "from the app"));
        await Set("""{"PROXY":"proxy:3128","GREETING":"from all","MEMORY_LIMIT":"from all"}""");

        var task = await host.Client.Run(app.Id, new TaskSubmission { Command = "true", MemoryMb = 32, DiskMb = 16 });
        await Set("""{"PROXY":null,"GREETING":null,"MEMORY_LIMIT":null}""");
        var later = await host.Client.Run(app.Id, new TaskSubmission { Command = "true", MemoryMb = 32, DiskMb = 16 });

        Assert.Equal(("proxy:3128", "from the app", "32m"), (task.Spec!.Environment["PROXY"], task.Spec.Environment["GREETING"], task.Spec.Environment["MEMORY_LIMIT"]));
        Assert.DoesNotContain("PROXY", later.Spec!.Environment.Keys);
        await host.Client.Delete(app.Id);
    }

    [Fact]
    public async Task Only_admins_change_them()
    {
        var (_, developer) = await host.Somebody(Authority.None, new RoleGrant(Role.OrganizationUser, Home.Organization, null), new RoleGrant(Role.SpaceDeveloper, Home.Organization, Home.Space));
        using var client = developer;

        using var read = await client.GetAsync(new Uri("/v3/environment_variable_groups/running", UriKind.Relative));
        using var changed = await client.PatchAsync(new Uri("/v3/environment_variable_groups/running", UriKind.Relative), Bodies.Json("""{"var":{"A":"1"}}"""));

        Assert.Equal((200, 403), ((int)read.StatusCode, (int)changed.StatusCode));
    }

    private async Task Set(string variables)
    {
        using var answer = await host.Send(HttpMethod.Patch, "/v3/environment_variable_groups/running", Bodies.Json(new JsonObject { ["var"] = JsonNode.Parse(variables) }.ToJsonString()));
        Assert.Equal(200, (int)answer.StatusCode);
    }
}
