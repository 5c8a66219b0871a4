using System.Text.Json.Nodes;
using Granary.Core.Apps;
using Granary.Grains.Ports;

namespace Granary.Api.Tests;

/// <summary>Organizations, spaces, users and roles, as they are written.</summary>
[Collection(TokenCollection.Name)]
public sealed class DirectoryTests(TokenHost host)
{
    [Fact]
    public async Task An_organization_and_its_space_are_made_changed_and_deleted()
    {
        var talk = new Conversation(host);

        var organization = (await talk.Post("/v3/organizations", """{"name":"paper","metadata":{"labels":{"tier":"gold"}}}""")).Text("guid");
        await talk.Post("/v3/organizations", """{"name":"PAPER"}""");
        await talk.Post("/v3/organizations", """{"name":"","suspended":"yes","colour":"red"}""");
        var space = (await talk.Post("/v3/spaces", Space("mill", organization))).Text("guid");
        await talk.Post("/v3/spaces", Space("Mill", organization));
        await talk.Post("/v3/spaces", Space("mill", Guid.Empty.ToString()));
        await talk.Post("/v3/spaces", """{"name":"mill"}""");
        await talk.Get($"/v3/organizations?names=paper,nothing&order_by=-name");
        await talk.Get($"/v3/organizations?guids={organization}&label_selector=tier!=gold");
        await talk.Get($"/v3/spaces?organization_guids={organization}&names=mill&order_by=name");
        await talk.Patch($"/v3/organizations/{organization}", """{"name":"pulp","suspended":true,"metadata":{"labels":{"tier":null}}}""");
        await talk.Patch($"/v3/organizations/{organization}", """{"name":"default"}""");
        await talk.Patch($"/v3/spaces/{space}", """{"name":"press"}""");
        await talk.Ask(HttpMethod.Delete, $"/v3/organizations/{Home.Organization}", null);
        await talk.Ask(HttpMethod.Delete, $"/v3/spaces/{Home.Space}", null);
        await talk.Get($"/v3/organization_quotas?organization_guids={Guid.Empty}");
        await talk.Get($"/v3/spaces/{space}/relationships/isolation_segment");

        talk.Check();
    }

    [Fact]
    public async Task An_organization_that_is_deleted_takes_its_spaces_and_their_apps_along()
    {
        var directory = host.Service<IDirectory>();
        var now = TimeProvider.System.GetUtcNow();
        var (organization, space) = (new Organization(Guid.NewGuid(), "sand", false, Metadata.Empty, now, now), Guid.NewGuid());
        await directory.Add(organization, default);
        await directory.Add(new Space(space, organization.Guid, "castle", Metadata.Empty, now, now), default);
        var app = await host.Client.CreateApp("tower", space: space);

        using var deleted = await host.Http.Send(HttpMethod.Delete, $"/v3/organizations/{organization.Guid}");
        using var gone = await host.Http.Send(HttpMethod.Get, $"/v3/spaces/{space}");

        Assert.Equal((202, 404), ((int)deleted.StatusCode, (int)gone.StatusCode));
        Assert.Null(await host.Client.FindApp(app.Id));
        Assert.Equal(DirectoryOutcome.Done, await directory.Add(organization with { Guid = Guid.NewGuid() }, default));
    }

    [Fact]
    public async Task A_user_is_made_found_given_roles_and_removed()
    {
        var talk = new Conversation(host);
        var organization = (await talk.Post("/v3/organizations", """{"name":"theatre"}""")).Text("guid");
        var space = (await talk.Post("/v3/spaces", Space("stage", organization))).Text("guid");

        var user = (await talk.Post("/Users", """{"userName":"prompter","password":"whisper","origin":"","name":{"familyName":"prompter","givenName":"prompter"},"emails":[{"value":"prompter","primary":true}]}""")).Text("id");
        await talk.Post("/Users", """{"userName":"PROMPTER","password":"whisper"}""");
        await talk.Post("/Users", """{"userName":"","password":"x","origin":"ldap"}""");
        await talk.Get("/Users?filter=userName%20eq%20%22Prompter%22%20and%20origin%20eq%20%22uaa%22");
        await talk.Get("/Users?filter=userName%20sw%20%22p%22");
        await talk.Get($"/v3/users/{user}");
        await talk.Post("/v3/users", $$"""{"guid":"{{user}}"}""");
        await talk.Post("/v3/users", $$"""{"guid":"{{user}}"}""");
        await talk.Post("/v3/roles", Role("space_auditor", "space", space, "username", "prompter"));
        await talk.Post("/v3/roles", Role("organization_user", "organization", organization, "username", "prompter"));
        await talk.Post("/v3/roles", Role("organization_user", "organization", organization, "guid", user));
        var role = (await talk.Post("/v3/roles", Role("space_auditor", "space", space, "guid", user))).Text("guid");
        await talk.Post("/v3/roles", Role("space_auditor", "space", space, "username", "nobody"));
        await talk.Post("/v3/roles", Role("space_auditor", "space", Guid.Empty.ToString(), "username", "prompter"));
        await talk.Post("/v3/roles", """{"type":"king","relationships":{}}""");
        await talk.Get($"/v3/roles?space_guids={space}&include=user");
        await talk.Get($"/v3/roles?organization_guids={organization}&types=organization_user&user_guids={user}");
        await talk.Get("/v3/users?usernames=prompter&origins=uaa");
        await talk.Get($"/v3/roles/{role}");
        using (var gone = await host.Http.Send(HttpMethod.Delete, $"/v3/users/{user}"))
        {
            Assert.Equal(202, (int)gone.StatusCode);
        }

        await talk.Get($"/v3/roles/{role}");
        await talk.Ask(HttpMethod.Delete, $"/Users/{user}", null);
        await talk.Ask(HttpMethod.Delete, $"/Users/{user}", null);

        talk.Check();
    }

    private static string Space(string name, string organization) =>
        new JsonObject { ["name"] = name, ["relationships"] = new JsonObject { ["organization"] = To("guid", organization) } }.ToJsonString();

    private static string Role(string type, string place, string guid, string field, string user) =>
        new JsonObject { ["type"] = type, ["relationships"] = new JsonObject { [place] = To("guid", guid), ["user"] = To(field, user) } }.ToJsonString();

    private static JsonObject To(string field, string value) => new() { ["data"] = new JsonObject { [field] = value } };
}
