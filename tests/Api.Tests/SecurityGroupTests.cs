using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Granary.Core.Access;
using Granary.Core.Apps;
using Granary.Core.Egress;
using Granary.Core.Tasks;
using Granary.Grains.Ports;

namespace Granary.Api.Tests;

/// <summary>Security groups as they are written, and whom they hold for.</summary>
[Collection(TokenCollection.Name)]
public sealed class SecurityGroupTests(TokenHost host) : IAsyncLifetime
{
    private const string Web = """[{"protocol":"tcp","destination":"10.0.0.1,10.0.0.2","ports":"443"}]""";

    private readonly List<string> organizations = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var organization in organizations)
        {
            using var deleted = await host.Http.Send(HttpMethod.Delete, $"/v3/organizations/{organization}");
            Assert.Equal(202, (int)deleted.StatusCode);
        }
    }

    [Fact]
    public async Task A_group_is_made_changed_bound_and_deleted()
    {
        var talk = new Conversation(host);
        var space = (await Place(talk, "group-mill")).Text("guid");

        var group = (await talk.Post("/v3/security_groups", Made("group-web", """[{"protocol":"tcp","destination":"10.0.0.0/8","ports":"80,443","description":"the web","log":true},{"protocol":"icmp","destination":"10.0.0.1-10.0.0.9","type":-1,"code":0}]""", "staging", space))).Text("guid");
        await talk.Post("/v3/security_groups", """{"name":"GROUP-WEB"}""");
        await talk.Post("/v3/security_groups", $$$"""{"name":"{{{new string('n', 251)}}}","rules":[{"protocol":"tcp","destination":"10.0.0.1"},{"protocol":"all","destination":"10.0.0.300"}],"globally_enabled":{"everywhere":true},"relationships":{"running_spaces":{"data":[7]}},"colour":"red"}""");
        await talk.Post("/v3/security_groups", """{"rules":null,"globally_enabled":{"running":"yes"}}""");
        await talk.Post("/v3/security_groups", Made("group-lost", "[]", "running", Guid.Empty.ToString()));
        await talk.Patch($"/v3/security_groups/{group}", """{"name":"group-net","globally_enabled":{"staging":false}}""");
        await talk.Patch($"/v3/security_groups/{group}", """{"rules":[{"protocol":"all","destination":"10.0.0.0/8"}],"globally_enabled":{}}""");
        await talk.Patch($"/v3/security_groups/{group}", """{"name":"Default"}""");
        await talk.Post($"/v3/security_groups/{group}/relationships/running_spaces", $$"""{"data":[{"guid":"{{space}}"}]}""");
        await talk.Post($"/v3/security_groups/{group}/relationships/running_spaces", $$"""{"data":[{"guid":"{{Guid.Empty}}"}]}""");
        await talk.Post($"/v3/security_groups/{group}/relationships/staging_spaces", """{"data":7}""");
        await talk.Get($"/v3/security_groups/{group}");
        await talk.Get($"/v3/security_groups?names=group-net&running_space_guids={space}&staging_space_guids={space}&globally_enabled_running=false&globally_enabled_staging=false");
        await talk.Get("/v3/security_groups?names=group-net&globally_enabled_running=true");
        await talk.Get($"/v3/security_groups?running_space_guids={Guid.Empty}");
        await talk.Get("/v3/security_groups?globally_enabled_staging=perhaps&colours=red");
        await talk.Get($"/v3/spaces/{space}/running_security_groups?names=group-net");
        await talk.Get($"/v3/spaces/{space}/staging_security_groups?order_by=-created_at&per_page=1");
        await talk.Get($"/v3/spaces?guids={space}&include=organization");
        foreach (var lifecycle in (string[])["running", "staging"])
        {
            using var unbound = await host.Http.Send(HttpMethod.Delete, $"/v3/security_groups/{group}/relationships/{lifecycle}_spaces/{space}");
            Assert.Equal(204, (int)unbound.StatusCode);
            await talk.Ask(HttpMethod.Delete, $"/v3/security_groups/{group}/relationships/{lifecycle}_spaces/{space}", null);
        }

        using (var deleted = await host.Http.Send(HttpMethod.Delete, $"/v3/security_groups/{group}"))
        {
            Assert.Equal("COMPLETE", JsonNode.Parse(await host.Http.Text(deleted.Headers.Location!.PathAndQuery))!.Text("state"));
        }

        await talk.Get($"/v3/security_groups/{group}");
        await talk.Get($"/v3/security_groups/{SecurityGroup.Default}");
        talk.Check();
    }

    [Fact]
    public async Task Groups_are_seen_where_they_hold_bound_by_managers_and_changed_by_admins()
    {
        var talk = new Conversation(host);
        var space = await Place(talk, "group-sight");
        var foreign = (await Place(talk, "group-foreign")).Text("guid");
        var (guid, organization) = (space.Text("guid"), Guid.Parse(space["relationships"]!["organization"]!["data"]!.Text("guid")));
        var bound = (await talk.Post("/v3/security_groups", Made("group-bound", "[]", "staging", guid, foreign))).Text("guid");
        var loose = (await talk.Post("/v3/security_groups", """{"name":"group-loose"}""")).Text("guid");
        var member = new RoleGrant(Role.OrganizationUser, organization, null);
        foreach (var (grant, sees, binds) in ((RoleGrant, int, int)[])
        [
            (member, 404, 404),
            (new RoleGrant(Role.SpaceDeveloper, organization, Guid.Parse(guid)), 200, 403),
            (new RoleGrant(Role.SpaceAuditor, organization, Guid.Parse(guid)), 200, 403),
            (new RoleGrant(Role.SpaceManager, organization, Guid.Parse(guid)), 200, 200),
            (new RoleGrant(Role.OrganizationManager, organization, null), 200, 200),
        ])
        {
            using var client = (await host.Somebody(Authority.None, ((RoleGrant[])[member, grant]).Distinct())).Client;
            Assert.Equal((sees, binds, 422), (await Status(client, HttpMethod.Get, bound), await Bind(client, bound, guid), binds == 200 ? await Bind(client, bound, foreign) : 422));
            Assert.Equal((404, 404, 404, 404), (await Status(client, HttpMethod.Get, loose), await Bind(client, loose, guid), await Status(client, HttpMethod.Patch, loose), await Status(client, HttpMethod.Delete, loose)));
            Assert.Equal((403, sees == 200 ? 403 : 404, 200), (await Status(client, HttpMethod.Post, ""), await Status(client, HttpMethod.Patch, bound), await Status(client, HttpMethod.Get, SecurityGroup.Default.ToString("D"))));
            if (sees == 200)
            {
                // Spaces that are not seen are not named.
                var shown = JsonNode.Parse(await client.Text($"/v3/security_groups/{bound}"))!["relationships"]!["staging_spaces"]!["data"]!.AsArray();
                Assert.Equal([guid], shown.Select(each => each!.Text("guid")));
                using var unbound = await client.Send(HttpMethod.Delete, $"/v3/security_groups/{bound}/relationships/running_spaces/{guid}");
                Assert.Equal(binds == 200 ? 204 : 403, (int)unbound.StatusCode);
            }
        }

        using var reader = (await host.Somebody(Authority.Reader)).Client;
        Assert.Equal((200, 403, 403), (await Status(reader, HttpMethod.Get, loose), await Status(reader, HttpMethod.Patch, loose), await Bind(reader, loose, guid)));
    }

    [Fact]
    public async Task A_task_has_the_rules_of_its_space_as_they_were_at_its_submit()
    {
        var talk = new Conversation(host);
        var space = Guid.Parse((await Place(talk, "group-task")).Text("guid"));
        var groups = host.Service<ISecurityGroups>();
        var app = await host.Client.CreateApp("grouped", Lifecycle.Docker, space);
        var package = await host.Client.CreatePackage(app.Id, Lifecycle.Docker, "busybox");
        await host.Client.AssignDroplet(app.Id, (await host.Client.Stage(package.Id)).Id);

        var open = await Run(app.Id);
        await groups.Change(SecurityGroup.Default, new SecurityGroupChange(null, null, false, null), default);
        try
        {
            var closed = await Run(app.Id);
            var group = (await talk.Post("/v3/security_groups", Made("group-task", Web, "running", space.ToString()))).Text("guid");
            var narrow = await Run(app.Id);
            await host.Client.Start(app.Id);
            var release = (await host.Client.FindApp(app.Id, default))!.Release!;
            await groups.Remove(Guid.Parse(group), default);

            Assert.Null(open);
            Assert.Empty(closed!.Value);
            Assert.Equal([new EgressRule(EgressRule.Tcp, "10.0.0.1-10.0.0.2", "443")], narrow!.Value.AsEnumerable());
            Assert.Equal(narrow.Value, release.Place!.Egress!.Value.AsEnumerable());
        }
        finally
        {
            await groups.Change(SecurityGroup.Default, new SecurityGroupChange(null, null, true, null), default);
            await host.Client.Delete(app.Id);
        }
    }

    private async Task<ImmutableArray<EgressRule>?> Run(AppId app) => (await host.Client.Run(app, new TaskSubmission { Command = "true", MemoryMb = 32, DiskMb = 16 })).Spec!.Egress;

    private async Task<JsonNode> Place(Conversation talk, string name)
    {
        var organization = (await talk.Post("/v3/organizations", $$"""{"name":"{{name}}"}""")).Text("guid");
        organizations.Add(organization);
        return await talk.Post("/v3/spaces", new JsonObject { ["name"] = name, ["relationships"] = new JsonObject { ["organization"] = To(organization) } }.ToJsonString());
    }

    private static string Made(string name, string rules, string lifecycle, params string[] spaces) => new JsonObject
    {
        ["name"] = name,
        ["rules"] = JsonNode.Parse(rules),
        ["globally_enabled"] = new JsonObject { ["running"] = false },
        ["relationships"] = new JsonObject { [$"{lifecycle}_spaces"] = new JsonObject { ["data"] = new JsonArray([.. spaces.Select(each => new JsonObject { ["guid"] = each })]) } },
    }.ToJsonString();

    private static JsonObject To(string guid) => new() { ["data"] = new JsonObject { ["guid"] = guid } };

    private static async Task<int> Bind(HttpClient client, string group, string space)
    {
        using var answer = await client.Send(HttpMethod.Post, $"/v3/security_groups/{group}/relationships/running_spaces", Bodies.Json($$"""{"data":[{"guid":"{{space}}"}]}"""));
        return (int)answer.StatusCode;
    }

    private static async Task<int> Status(HttpClient client, HttpMethod method, string group)
    {
        using var answer = await client.Send(method, $"/v3/security_groups/{group}".TrimEnd('/'), method == HttpMethod.Get || method == HttpMethod.Delete ? null : Bodies.Json("""{"name":"group-x"}"""));
        return (int)answer.StatusCode;
    }
}
