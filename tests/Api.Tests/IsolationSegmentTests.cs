using System.Text.Json.Nodes;
using Granary.Core.Access;
using Granary.Core.Apps;
using Granary.Core.Tasks;
using Granary.Grains.Ports;

namespace Granary.Api.Tests;

/// <summary>Groups of cells for certain spaces: who makes them, who may use them, and what runs there.</summary>
[Collection(TokenCollection.Name)]
public sealed class IsolationSegmentTests(TokenHost host)
{
    [Fact]
    public async Task A_segment_is_made_given_to_a_space_taken_away_and_deleted()
    {
        var talk = new Conversation(host);
        var organization = (await talk.Post("/v3/organizations", """{"name":"segment-paper"}""")).Text("guid");
        var space = (await talk.Post("/v3/spaces", SpaceOf(organization))).Text("guid");

        await talk.Get("/v3/isolation_segments?names=shared");
        var segment = (await talk.Post("/v3/isolation_segments", """{"name":"Secure","metadata":{"labels":{"floor":"2"}}}""")).Text("guid");
        await talk.Post("/v3/isolation_segments", """{"name":"secure"}""");
        await talk.Post("/v3/isolation_segments", """{"name":" ","colour":"red"}""");
        await talk.Patch($"/v3/spaces/{space}/relationships/isolation_segment", Related(segment));
        await talk.Patch($"/v3/organizations/{organization}/relationships/default_isolation_segment", Related(segment));
        await talk.Post($"/v3/isolation_segments/{segment}/relationships/organizations", $$"""{"data":[{"guid":"{{organization}}"},{"guid":"{{Guid.Empty}}"}]}""");
        await talk.Post($"/v3/isolation_segments/{segment}/relationships/organizations", $$"""{"data":[{"guid":"{{organization}}"}]}""");
        await talk.Get($"/v3/isolation_segments?organization_guids={organization}");
        await talk.Get($"/v3/isolation_segments/{segment}/organizations");
        await talk.Get($"/v3/isolation_segments/{segment}/relationships/organizations");
        await talk.Patch($"/v3/isolation_segments/{segment}", """{"name":"Safe"}""");
        await talk.Patch($"/v3/organizations/{organization}/relationships/default_isolation_segment", """{"data":7}""");
        await talk.Patch($"/v3/organizations/{organization}/relationships/default_isolation_segment", Related(segment));
        await talk.Patch($"/v3/spaces/{space}/relationships/isolation_segment", Related("nothing"));
        await talk.Patch($"/v3/spaces/{space}/relationships/isolation_segment", Related(segment));
        await talk.Get($"/v3/spaces/{space}/relationships/isolation_segment");
        await talk.Get($"/v3/organizations/{organization}/relationships/default_isolation_segment");
        await talk.Get($"/v3/isolation_segments/{segment}/relationships/spaces");
        await talk.Patch($"/v3/isolation_segments/{segment}", """{"name":"Secure"}""");
        await talk.Ask(HttpMethod.Delete, $"/v3/isolation_segments/{segment}", null);
        await talk.Ask(HttpMethod.Delete, $"/v3/isolation_segments/{segment}/relationships/organizations/{organization}", null);
        await talk.Patch($"/v3/organizations/{organization}/relationships/default_isolation_segment", """{"data":null}""");
        await talk.Ask(HttpMethod.Delete, $"/v3/isolation_segments/{segment}/relationships/organizations/{organization}", null);
        await talk.Patch($"/v3/spaces/{space}/relationships/isolation_segment", """{"data":null}""");
        Assert.Equal(204, await Status(host.Http, HttpMethod.Delete, $"/v3/isolation_segments/{segment}/relationships/organizations/{organization}", null));
        Assert.Equal(204, await Status(host.Http, HttpMethod.Delete, $"/v3/isolation_segments/{segment}", null));
        await talk.Get($"/v3/isolation_segments/{segment}");
        await talk.Ask(HttpMethod.Delete, $"/v3/isolation_segments/{IsolationSegment.Shared}", null);
        await talk.Patch($"/v3/isolation_segments/{IsolationSegment.Shared}", """{"name":"all"}""");

        talk.Check();
    }

    [Fact]
    public async Task A_task_is_for_the_cells_of_its_space_as_it_was_when_it_was_submitted()
    {
        var (_, space, segment) = await Isolated("segment-tasks");
        var app = await host.Client.CreateApp("isolated", Lifecycle.Docker, space);
        var package = await host.Client.CreatePackage(app.Id, Lifecycle.Docker, "registry.example/isolated:1");
        await host.Client.AssignDroplet(app.Id, (await host.Client.Stage(package.Id)).Id);

        var task = await host.Client.Run(app.Id, new TaskSubmission { Command = "true", MemoryMb = 32, DiskMb = 16 });
        await host.Service<IIsolationSegments>().Assign(space, null, default);
        var later = await host.Client.Run(app.Id, new TaskSubmission { Command = "true", MemoryMb = 32, DiskMb = 16 });
        await host.Client.Wait(later.Id);

        Assert.Equal((segment.Name, null), (task.Spec!.Segment, later.Spec!.Segment));
        Assert.Equal(TaskPhase.Pending, (await host.Client.FindTask(task.Id))!.Phase);
        Assert.Contains($"is of the isolation segment {segment.Name}", await host.Http.Text($"/api/tasks/{task.Id}"), StringComparison.Ordinal);
        await host.Client.Cancel(task.Id);
        await host.Client.Delete(app.Id);
    }

    [Fact]
    public async Task Whoever_sees_an_organization_that_may_use_it_sees_it_and_managers_of_the_organization_give_it_to_spaces()
    {
        var (organization, space, segment) = await Isolated("segment-roles");
        var (_, stranger) = await host.Somebody();
        var (_, ofSpace) = await host.Somebody(Authority.None, new RoleGrant(Role.OrganizationUser, organization, null), new RoleGrant(Role.SpaceManager, organization, space));
        var (_, ofOrganization) = await host.Somebody(Authority.None, new RoleGrant(Role.OrganizationManager, organization, null));
        using HttpClient a = stranger, b = ofSpace, c = ofOrganization;

        var seen = await Task.WhenAll(((HttpClient[])[a, b, c]).Select(client => Status(client, HttpMethod.Get, $"/v3/isolation_segments/{segment.Guid}", null)));
        var assigned = await Task.WhenAll(((HttpClient[])[a, b, c]).Select(client => Status(client, HttpMethod.Patch, $"/v3/spaces/{space}/relationships/isolation_segment", """{"data":null}""")));
        var listed = JsonNode.Parse(await a.Text("/v3/isolation_segments"))!["resources"]!.AsArray();

        Assert.Equal([404, 200, 200], seen);
        Assert.Equal([404, 403, 200], assigned);
        Assert.Empty(listed);
    }

    private static string SpaceOf(string organization) =>
        new JsonObject { ["name"] = "segment-dev", ["relationships"] = new JsonObject { ["organization"] = new JsonObject { ["data"] = new JsonObject { ["guid"] = organization } } } }.ToJsonString();

    private static string Related(string guid) => $$$"""{"data":{"guid":"{{{guid}}}"}}""";

    private static async Task<int> Status(HttpClient client, HttpMethod method, string path, string? body)
    {
        using var answer = await client.Send(method, path, body is null ? null : Bodies.Json(body));
        return (int)answer.StatusCode;
    }

    /// <summary>A space with an isolation segment of its own, of which there is no cell.</summary>
    private async Task<(Guid Organization, Guid Space, IsolationSegment Segment)> Isolated(string name)
    {
        var (directory, segments, now) = (host.Service<IDirectory>(), host.Service<IIsolationSegments>(), TimeProvider.System.GetUtcNow());
        var (organization, space) = (Guid.NewGuid(), Guid.NewGuid());
        var segment = new IsolationSegment(Guid.NewGuid(), name, [], Metadata.Empty, now, now);
        await directory.Add(new Organization(organization, name, false, Metadata.Empty, now, now), default);
        await directory.Add(new Space(space, organization, name, Metadata.Empty, now, now), default);
        await segments.Add(segment, default);
        await segments.Entitle(segment.Guid, [organization], default);
        await segments.Assign(space, segment.Guid, default);
        return (organization, space, segment);
    }
}
