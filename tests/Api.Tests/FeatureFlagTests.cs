using System.Text.Json.Nodes;
using Granary.Core.Access;
using Granary.Core.Apps;

namespace Granary.Api.Tests;

/// <summary>Feature flags as they are written, and what they gate. Each test leaves them as they were.</summary>
[Collection(TokenCollection.Name)]
public sealed class FeatureFlagTests(TokenHost host)
{
    [Fact]
    public async Task Flags_are_listed_and_changed()
    {
        var talk = new Conversation(host);

        await talk.Get("/v3/feature_flags");
        await talk.Get("/v3/feature_flags/task_creation");
        await talk.Get("/v3/feature_flags/levitation");
        await talk.Patch("/v3/feature_flags/levitation", """{"enabled":true}""");
        await talk.Patch("/v3/feature_flags/route_sharing", """{"enabled":"yes","custom_error_message":"","colour":"red"}""");
        await talk.Patch("/v3/feature_flags/route_sharing", "{}");
        await talk.Patch("/v3/feature_flags/route_sharing", """{"enabled":true,"custom_error_message":"ask us"}""");
        await talk.Patch("/v3/feature_flags/route_sharing", """{"enabled":false}""");
        await talk.Patch("/v3/feature_flags/route_sharing", """{"enabled":false,"custom_error_message":null}""");

        talk.Check();
    }

    [Fact]
    public async Task What_is_off_is_refused_to_all_but_admins()
    {
        var app = await host.Client.CreateApp("flagged");
        var package = await host.Client.CreatePackage(app.Id, Lifecycle.Bits);
        var (_, developer) = await host.Somebody(Authority.None, new RoleGrant(Role.OrganizationUser, Home.Organization, null), new RoleGrant(Role.SpaceDeveloper, Home.Organization, Home.Space));
        using var client = developer;
        foreach (var (flag, method, path, body) in ((string, HttpMethod, string, string)[])
        [
            ("task_creation", HttpMethod.Post, $"/v3/apps/{app.Id}/tasks", """{"command":"true"}"""),
            ("app_scaling", HttpMethod.Post, $"/v3/apps/{app.Id}/processes/web/actions/scale", """{"instances":1}"""),
            ("app_scaling", HttpMethod.Post, $"/v3/processes/{app.Id}/actions/scale", """{"instances":1}"""),
            ("app_bits_upload", HttpMethod.Post, $"/v3/packages/{package.Id}/upload", "{}"),
            ("space_developer_env_var_visibility", HttpMethod.Get, $"/v3/apps/{app.Id}/env", ""),
            ("space_developer_env_var_visibility", HttpMethod.Get, $"/v3/apps/{app.Id}/environment_variables", ""),
        ])
        {
            await Set(flag, false);
            Assert.Equal($"403 330002 CF-FeatureDisabled Feature Disabled: {flag}", await Ask(client, method, path, body));
            Assert.DoesNotContain("FeatureDisabled", await Ask(host.Http, method, path, body), StringComparison.Ordinal);
            await Set(flag, true);
            Assert.DoesNotContain("FeatureDisabled", await Ask(client, method, path, body), StringComparison.Ordinal);
        }

        await host.Client.Delete(app.Id);
    }

    [Fact]
    public async Task What_lets_nobody_pass_is_refused_to_admins_too_in_the_operators_words()
    {
        var app = await host.Client.CreateApp("flagged-image", Lifecycle.Docker);
        await Set("diego_docker", false, "no images today");
        await Set("env_var_visibility", false);

        var made = await Ask(host.Http, HttpMethod.Post, "/v3/apps", """{"name":"flagged-new","lifecycle":{"type":"docker","data":{}}}""");
        var package = await Ask(host.Http, HttpMethod.Post, "/v3/packages", new JsonObject { ["type"] = "docker", ["data"] = new JsonObject { ["image"] = "busybox" }, ["relationships"] = To("app", "guid", app.Id.ToString()) }.ToJsonString());
        using var manifest = new HttpRequestMessage(HttpMethod.Post, $"/v3/spaces/{Home.Space}/actions/apply_manifest") { Content = new StringContent("applications: [{name: flagged-new, docker: {image: busybox}}]") };
        manifest.Content.Headers.ContentType = new("application/x-yaml");
        var pushed = await Words(host.Http, manifest);
        var env = await Ask(host.Http, HttpMethod.Get, $"/v3/apps/{app.Id}/env", "");
        await Set("diego_docker", true, null);
        await Set("env_var_visibility", true);

        Assert.All([made, package, pushed], each => Assert.Equal("403 330002 CF-FeatureDisabled Feature Disabled: no images today", each));
        Assert.Equal("403 330002 CF-FeatureDisabled Feature Disabled: env_var_visibility", env);
        Assert.Equal("200 ", await Ask(host.Http, HttpMethod.Get, $"/v3/apps/{app.Id}/env", ""));
        await host.Client.Delete(app.Id);
    }

    [Fact]
    public async Task Roles_by_name_and_organizations_of_users_are_gated()
    {
        var (account, anybody) = await host.Somebody();
        using var client = anybody;
        var denied = await Ask(client, HttpMethod.Post, "/v3/organizations", """{"name":"flagged-own"}""");
        await Set("user_org_creation", true);
        using var made = await client.Send(HttpMethod.Post, "/v3/organizations", Bodies.Json("""{"name":"flagged-own"}"""));
        await Set("user_org_creation", false);
        var organization = JsonNode.Parse(await made.Content.ReadAsStringAsync())!.Text("guid");
        await Set("set_roles_by_username", false);
        var named = await Ask(client, HttpMethod.Post, "/v3/roles", Auditor(organization, "username", "admin"));
        var byGuid = await Ask(client, HttpMethod.Post, "/v3/roles", Auditor(organization, "guid", account.Guid.ToString()));
        await Set("set_roles_by_username", true);

        Assert.StartsWith("403 10003", denied, StringComparison.Ordinal);
        Assert.Equal("403 330002 CF-FeatureDisabled Feature Disabled: set_roles_by_username", named);
        Assert.Equal("201 ", byGuid);
    }

    private static string Auditor(string organization, string field, string user)
    {
        var relationships = To("user", field, user);
        relationships["organization"] = To("organization", "guid", organization)["organization"]!.DeepClone();
        return new JsonObject { ["type"] = "organization_auditor", ["relationships"] = relationships }.ToJsonString();
    }

    private static JsonObject To(string what, string field, string value) => new() { [what] = new JsonObject { ["data"] = new JsonObject { [field] = value } } };

    private async Task Set(string flag, bool isEnabled, string? message = null)
    {
        using var set = await host.Http.Send(HttpMethod.Patch, $"/v3/feature_flags/{flag}", Bodies.Json(new JsonObject { ["enabled"] = isEnabled, ["custom_error_message"] = message }.ToJsonString()));
        Assert.Equal(200, (int)set.StatusCode);
    }

    private static async Task<string> Ask(HttpClient client, HttpMethod method, string path, string body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body.Length == 0 ? null : Bodies.Json(body) };
        return await Words(client, request);
    }

    private static async Task<string> Words(HttpClient client, HttpRequestMessage request)
    {
        using var answer = await client.SendAsync(request);
        return $"{(int)answer.StatusCode} {((int)answer.StatusCode < 400 ? "" : $"{(await Bodies.Error(answer))["code"]} {(await Bodies.Error(answer))["title"]} {(await Bodies.Error(answer))["detail"]}")}";
    }
}
