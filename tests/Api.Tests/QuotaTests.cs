using System.Text.Json.Nodes;
using Granary.Core.Access;
using Granary.Grains.Ports;

namespace Granary.Api.Tests;

/// <summary>Quotas as they are written, and what they refuse.</summary>
[Collection(TokenCollection.Name)]
public sealed class QuotaTests(TokenHost host)
{
    [Fact]
    public async Task A_quota_of_organizations_is_made_applied_changed_and_deleted()
    {
        var talk = new Conversation(host);
        var organization = (await talk.Post("/v3/organizations", """{"name":"quota-paper"}""")).Text("guid");

        var quota = (await talk.Post("/v3/organization_quotas", """{"name":"quota-small","apps":{"total_memory_in_mb":"256","total_instances":null},"services":{"paid_services_allowed":false},"routes":{"total_routes":5}}""")).Text("guid");
        await talk.Post("/v3/organization_quotas", """{"name":"QUOTA-SMALL"}""");
        await talk.Post("/v3/organization_quotas", """{"name":"","apps":{"total_memory_in_mb":-1,"per_app_tasks":"x","colour":"red"},"domains":7}""");
        await talk.Post("/v3/organization_quotas", """{"name":"quota-lost","relationships":{"organizations":{"data":[{"guid":"00000000-0000-0000-0000-000000000000"}]}}}""");
        await talk.Get("/v3/organization_quotas?names=quota-lost");
        await talk.Patch($"/v3/organization_quotas/{quota}", """{"name":"quota-large","apps":{"per_app_tasks":1,"total_memory_in_mb":null},"domains":{"total_domains":2}}""");
        await talk.Post($"/v3/organization_quotas/{quota}/relationships/organizations", $$"""{"data":[{"guid":"{{organization}}"}]}""");
        await talk.Post($"/v3/organization_quotas/{quota}/relationships/organizations", $$"""{"data":[{"guid":"{{Guid.Empty}}"}]}""");
        await talk.Post($"/v3/organization_quotas/{quota}/relationships/organizations", """{"data":{"guid":"x"}}""");
        await talk.Get($"/v3/organizations/{organization}");
        await talk.Get($"/v3/organization_quotas?organization_guids={organization}");
        await talk.Ask(HttpMethod.Delete, $"/v3/organization_quotas/{quota}", null);
        await talk.Ask(HttpMethod.Delete, $"/v3/organization_quotas/{Quota.Default}", null);
        await talk.Post($"/v3/organization_quotas/{Quota.Default}/relationships/organizations", $$"""{"data":[{"guid":"{{organization}}"}]}""");
        using (var deleted = await host.Http.Send(HttpMethod.Delete, $"/v3/organization_quotas/{quota}"))
        {
            Assert.Equal("COMPLETE", JsonNode.Parse(await host.Http.Text(deleted.Headers.Location!.PathAndQuery))!.Text("state"));
        }

        await talk.Get($"/v3/organization_quotas/{quota}");
        talk.Check();
    }

    [Fact]
    public async Task A_quota_of_spaces_is_made_applied_taken_away_and_deleted()
    {
        var talk = new Conversation(host);
        var (organization, space) = await Place(talk, "quota-mill");
        var (_, foreign) = await Place(talk, "quota-foreign");

        var quota = (await talk.Post("/v3/space_quotas", Made("quota-tiny", organization, space))).Text("guid");
        await talk.Post("/v3/space_quotas", Made("quota-tiny", organization, space));
        await talk.Post("/v3/space_quotas", Made("quota-lost", Guid.Empty.ToString(), space));
        await talk.Post("/v3/space_quotas", Made("quota-lost", organization, foreign));
        await talk.Post("/v3/space_quotas", """{"name":"quota-lost","domains":{"total_domains":2}}""");
        await talk.Get($"/v3/space_quotas?organization_guids={organization}&space_guids={space}");
        await talk.Get($"/v3/spaces/{space}");
        await talk.Patch($"/v3/space_quotas/{quota}", """{"name":"quota-wide","apps":{"total_memory_in_mb":512}}""");
        await talk.Post($"/v3/space_quotas/{quota}/relationships/spaces", $$"""{"data":[{"guid":"{{foreign}}"}]}""");
        await talk.Post($"/v3/space_quotas/{quota}/relationships/spaces", $$"""{"data":[{"guid":"{{Guid.Empty}}"}]}""");
        await talk.Ask(HttpMethod.Delete, $"/v3/space_quotas/{quota}", null);
        using (var taken = await host.Http.Send(HttpMethod.Delete, $"/v3/space_quotas/{quota}/relationships/spaces/{space}"))
        {
            Assert.Equal(204, (int)taken.StatusCode);
        }

        await talk.Ask(HttpMethod.Delete, $"/v3/space_quotas/{quota}/relationships/spaces/{space}", null);
        await talk.Post($"/v3/space_quotas/{quota}/relationships/spaces", $$"""{"data":[{"guid":"{{space}}"}]}""");
        talk.Check();
    }

    [Fact]
    public async Task Quotas_of_spaces_are_seen_by_whoever_sees_a_space_of_theirs_and_changed_by_managers()
    {
        var talk = new Conversation(host);
        var (organization, space) = await Place(talk, "quota-sight");
        var quota = (await talk.Post("/v3/space_quotas", Made("quota-seen", organization, space))).Text("guid");
        var member = new RoleGrant(Role.OrganizationUser, Guid.Parse(organization), null);
        var (_, developer) = await host.Somebody(Authority.None, member, new RoleGrant(Role.SpaceDeveloper, Guid.Parse(organization), Guid.Parse(space)));
        var (_, manager) = await host.Somebody(Authority.None, member, new RoleGrant(Role.OrganizationManager, Guid.Parse(organization), null));
        var (_, plain) = await host.Somebody(Authority.None, member);

        foreach (var (client, sees, changes) in ((HttpClient, int, int)[])[(developer, 200, 403), (manager, 200, 200), (plain, 404, 404)])
        {
            using var seen = await client.Send(HttpMethod.Get, $"/v3/space_quotas/{quota}");
            using var changed = await client.Send(HttpMethod.Patch, $"/v3/space_quotas/{quota}", Bodies.Json("""{"apps":{"per_app_tasks":3}}"""));
            Assert.Equal((sees, changes), ((int)seen.StatusCode, (int)changed.StatusCode));
            client.Dispose();
        }
    }

    [Fact]
    public async Task What_passes_a_quota_is_refused_in_Cloud_Foundrys_words()
    {
        var talk = new Conversation(host);
        var (organization, space) = await Place(talk, "quota-strict");
        var app = await host.Client.CreateApp("strict", Core.Apps.Lifecycle.Docker, Guid.Parse(space));
        var package = await host.Client.CreatePackage(app.Id, Core.Apps.Lifecycle.Docker, "busybox");
        await host.Client.AssignDroplet(app.Id, (await host.Client.Stage(package.Id)).Id);
        var quota = (await talk.Post("/v3/organization_quotas", """{"name":"quota-strict","apps":{"total_memory_in_mb":100,"per_process_memory_in_mb":80,"total_instances":1,"per_app_tasks":1,"log_rate_limit_in_bytes_per_second":1000}}""")).Text("guid");
        await talk.Post($"/v3/organization_quotas/{quota}/relationships/organizations", $$"""{"data":[{"guid":"{{organization}}"}]}""");

        foreach (var (status, detail, body) in ((int, string?, string)[])
        [
            (422, "memory_in_mb exceeds organization memory quota, memory_in_mb exceeds organization instance memory quota", """{"command":"wait","memory_in_mb":101,"log_rate_limit_in_bytes_per_second":1000}"""),
            (422, "log_rate_limit cannot be unlimited in organization 'quota-strict'.", """{"command":"wait","memory_in_mb":64}"""),
            (202, null, """{"command":"wait","memory_in_mb":64,"log_rate_limit_in_bytes_per_second":1000}"""),
            (422, "memory_in_mb exceeds organization memory quota, log_rate_limit exceeds organization log rate quota, app_task_limit quota exceeded", """{"command":"wait","memory_in_mb":64,"log_rate_limit_in_bytes_per_second":1}"""),
        ])
        {
            using var answer = await host.Http.Send(HttpMethod.Post, $"/v3/apps/{app.Id}/tasks", Bodies.Json(body));
            Assert.Equal(status, (int)answer.StatusCode);
            if (detail is not null)
            {
                Assert.Equal($"10008 CF-UnprocessableEntity {detail}", $"{(await Bodies.Error(answer))["code"]} {(await Bodies.Error(answer))["title"]} {(await Bodies.Error(answer))["detail"]}");
            }
        }

        using var scaled = await host.Http.Send(HttpMethod.Post, $"/v3/apps/{app.Id}/processes/web/actions/scale", Bodies.Json("""{"instances":2,"memory_in_mb":64,"log_rate_limit_in_bytes_per_second":0}"""));
        using var command = await host.Http.Send(HttpMethod.Patch, $"/v3/apps/{app.Id}/processes/web", Bodies.Json("""{"command":"wait"}"""));
        using var started = await host.Http.Send(HttpMethod.Post, $"/v3/apps/{app.Id}/actions/start");
        Assert.Equal((202, 200, 422), ((int)scaled.StatusCode, (int)command.StatusCode, (int)started.StatusCode));
        Assert.Equal("memory quota_exceeded, app_instance_limit app_instance_limit_exceeded", (string?)(await Bodies.Error(started))["detail"]);
        await host.Client.Delete(app.Id);
    }

    private static async Task<(string Organization, string Space)> Place(Conversation talk, string name)
    {
        var organization = (await talk.Post("/v3/organizations", $$"""{"name":"{{name}}"}""")).Text("guid");
        return (organization, (await talk.Post("/v3/spaces", new JsonObject { ["name"] = name, ["relationships"] = new JsonObject { ["organization"] = To(organization) } }.ToJsonString())).Text("guid"));
    }

    private static string Made(string name, string organization, string space) => new JsonObject
    {
        ["name"] = name,
        ["apps"] = new JsonObject { ["total_memory_in_mb"] = 128 },
        ["relationships"] = new JsonObject
        {
            ["organization"] = To(organization),
            ["spaces"] = new JsonObject { ["data"] = new JsonArray(new JsonObject { ["guid"] = space }) },
        },
    }.ToJsonString();

    private static JsonObject To(string guid) => new() { ["data"] = new JsonObject { ["guid"] = guid } };
}
