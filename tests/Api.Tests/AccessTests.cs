using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Granary.Api.Access;
using Granary.Api.Roles;
using Granary.Core.Access;
using Granary.Core.Apps;
using Granary.Core.Quotas;
using Granary.Core.Tasks;
using Granary.Grains.Ports;
using Granary.Testing;
using Microsoft.AspNetCore.Routing;

namespace Granary.Api.Tests;

/// <summary>Every route that exists, asked by everybody, about things in their own space and in another organization's: one table, which is reviewed when it changes.</summary>
[Collection(TokenCollection.Name)]
public sealed partial class AccessTests(TokenHost host) : IAsyncLifetime
{
    private readonly List<(string Name, HttpClient Client)> callers = [];
    private Corner own = null!;
    private Corner foreign = null!;

    public async Task InitializeAsync()
    {
        own = await Corner.Make(host);
        foreign = await Corner.Make(host);
        callers.Add(("nobody", host.With(null)));
        await Add("stranger");
        foreach (var (word, role) in RoleWords.All)
        {
            var grant = new RoleGrant(role, own.Organization, AccessRules.IsOfSpace(role) ? own.Space : null);
            await Add(word, Authority.None, [new RoleGrant(Role.OrganizationUser, own.Organization, null), grant]);
        }

        foreach (var authority in (Authority[])[Authority.Auditor, Authority.Reader, Authority.Admin])
        {
            await Add(authority.ToString().ToLowerInvariant(), authority);
        }
    }

    public Task DisposeAsync()
    {
        callers.ForEach(each => each.Client.Dispose());
        return Task.CompletedTask;
    }

    [Fact]
    public void Every_route_says_what_it_asks() =>
        Assert.Empty(Routes().Where(route => route.Metadata.GetMetadata<Asked>() is null).Select(route => $"{route.RoutePattern.RawText} is for admins only, until it says in its Map line what it asks (.Asks, .AsksToken or .AsksNothing)"));

    [Fact]
    public async Task Who_is_answered_what()
    {
        var table = new StringBuilder();
        foreach (var route in Routes().SelectMany(each => each.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Select(method => (Method: method, Path: each.RoutePattern.RawText!))).OrderBy(each => each.Path, StringComparer.Ordinal).ThenBy(each => each.Method, StringComparer.Ordinal))
        {
            table.Append(CultureInfo.InvariantCulture, $"{route.Method} {route.Path}\n");
            string[] places = route.Path.Contains('{', StringComparison.Ordinal) ? ["own", "foreign"] : ["own"];
            foreach (var place in places)
            {
                var corner = place == "own" ? own : foreign;
                var answers = new List<string>();
                foreach (var (name, client) in callers)
                {
                    var about = route.Method == "DELETE" && MayDelete(name, route.Path) ? await corner.Expendable(host, route.Path) : corner;
                    answers.Add($"{name} {await Ask(client, route.Method, Filled(route.Path, about))}");
                }

                table.Append(CultureInfo.InvariantCulture, $"  {(places.Length > 1 ? place : "any"),-8}{string.Join("  ", answers)}\n");
            }
        }

        Recorded.Check(Repository.PathOf("tests", "Api.Tests", "golden", "Who_is_answered_what.txt"), table.ToString());
    }

    [Fact]
    public async Task Lists_show_what_the_caller_may_see()
    {
        var developer = callers.Single(each => each.Name == "space_developer").Client;
        var auditor = callers.Single(each => each.Name == "space_auditor").Client;
        foreach (var (list, guid) in ((string, Guid)[])[("apps", own.App.Value), ("tasks", own.Task.Value), ("packages", own.Package.Value), ("droplets", own.Droplet.Value), ("spaces", own.Space), ("organizations", own.Organization)])
        {
            Assert.Equal([guid.ToString("D")], await Guids(developer, $"/v3/{list}"));
            Assert.Empty(await Guids(developer, $"/v3/{list}?guids={foreign.App},{foreign.Task},{foreign.Package},{foreign.Droplet},{foreign.Space},{foreign.Organization}"));
        }

        Assert.Empty(await Guids(developer, $"/v3/tasks?space_guids={foreign.Space}"));
        Assert.Empty(await Guids(developer, $"/v3/apps?organization_guids={foreign.Organization}"));
        Assert.Equal("print hello", await Command(developer));
        Assert.Null(await Command(auditor));
    }

    [Fact]
    public async Task A_template_of_a_space_that_is_not_seen_gives_nothing_away()
    {
        var developer = callers.Single(each => each.Name == "space_developer").Client;

        using var answer = await developer.Send(HttpMethod.Post, $"/v3/apps/{own.App}/tasks", Bodies.Json(Given.Template(foreign.App.ToString())));

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task In_a_suspended_organization_only_admins_change_anything()
    {
        var developer = callers.Single(each => each.Name == "space_developer").Client;
        using var suspended = await host.Http.Send(HttpMethod.Patch, $"/v3/organizations/{own.Organization}", Bodies.Json("""{"suspended":true}"""));
        using var reads = await developer.Send(HttpMethod.Get, $"/v3/apps/{own.App}");
        using var runs = await developer.Send(HttpMethod.Post, $"/v3/apps/{own.App}/tasks", Bodies.Json("""{"command":"print x"}"""));
        using var admin = await host.Http.Send(HttpMethod.Post, $"/v3/apps/{own.App}/tasks", Bodies.Json("""{"command":"print x"}"""));

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.Accepted), (suspended.StatusCode, reads.StatusCode, admin.StatusCode));
        Assert.Equal("403 10017 CF-OrgSuspended", $"{(int)runs.StatusCode} {(await Bodies.Error(runs))["code"]} {(await Bodies.Error(runs))["title"]}");
    }

    private async Task Add(string name, Authority authority = Authority.None, params IEnumerable<RoleGrant> grants) =>
        callers.Add((name, (await host.Somebody(authority, grants.Distinct())).Client));

    private IEnumerable<RouteEndpoint> Routes() => host.Service<IEnumerable<EndpointDataSource>>()
        .SelectMany(each => each.Endpoints)
        .OfType<RouteEndpoint>()
        .Where(each => each.Metadata.GetMetadata<HttpMethodMetadata>() is not null);

    /// <summary>Who is known to delete gets something of their own for it.</summary>
    private static bool MayDelete(string caller, string path) => caller is "admin" || (path, caller) is ("/v3/apps/{guid}", "space_developer") or ("/v3/spaces/{guid}", "organization_manager");

    /// <summary>A body that nothing takes: whoever gets as far as that is told so, and nothing changes.</summary>
    private static async Task<int> Ask(HttpClient client, string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (method is "POST" or "PATCH" or "PUT")
        {
            request.Content = Bodies.Json("""{"nobody":"knows this"}""");
        }

        using var answer = await client.SendAsync(request);
        return (int)answer.StatusCode;
    }

    private static string Filled(string path, Corner corner) => Parameter().Replace(path, match => match.Groups["name"].Value switch
    {
        "type" => "web",
        "index" => "0",
        "name" when path.Contains("environment_variable_groups", StringComparison.Ordinal) => "running",
        "name" => path.Contains("feature_flags", StringComparison.Ordinal) ? "task_creation" : "cell-1",
        "source" => corner.App.ToString(),
        // It has no quota and no group, so that nothing is taken away.
        "space" => Guid.Empty.ToString("D"),
        "guid" => path.Split('/')[2] switch
        {
            "apps" or "processes" => corner.App.ToString(),
            "tasks" => corner.Task.ToString(),
            "packages" => corner.Package.ToString(),
            "droplets" or "builds" => corner.Droplet.ToString(),
            "spaces" => corner.Space.ToString("D"),
            "organizations" => corner.Organization.ToString("D"),
            "roles" => corner.Role.ToString("D"),
            "space_quotas" => corner.Quota.ToString("D"),
            "isolation_segments" => corner.Segment.ToString("D"),
            "security_groups" => corner.Group.ToString("D"),
            // Nobody of ours is to be deleted.
            _ => Guid.Empty.ToString("D"),
        },
        _ => Guid.Empty.ToString("D"),
    });

    private static async Task<string[]> Guids(HttpClient client, string path) =>
        [.. JsonNode.Parse(await client.Text(path))!["resources"]!.AsArray().Select(each => each!.Text("guid"))];

    private async Task<string?> Command(HttpClient client) => (string?)JsonNode.Parse(await client.Text($"/v3/tasks/{own.Task}"))!["command"];

    [GeneratedRegex(@"\{\*{0,2}(?<name>\w+)\}", RegexOptions.ExplicitCapture)]
    private static partial Regex Parameter();

    /// <summary>An organization with a space, and one thing of each kind there.</summary>
    /// <param name="Role">One that cannot be taken away, because of another.</param>
    /// <param name="Quota">Of spaces, applied to the space.</param>
    /// <param name="Segment">Which the organization may use.</param>
    /// <param name="Group">Bound to the space.</param>
    private sealed record Corner(Guid Organization, Guid Space, Guid Role, Guid Quota, Guid Segment, Guid Group, AppId App, TaskId Task, PackageId Package, DropletId Droplet)
    {
        /// <summary>The same with another app, space or organization, as the path names it.</summary>
        public async Task<Corner> Expendable(TokenHost host, string path)
        {
            var (now, name, guid) = (TimeProvider.System.GetUtcNow(), Guid.NewGuid().ToString("N"), Guid.NewGuid());
            switch (path)
            {
                case "/v3/apps/{guid}":
                    return this with { App = (await host.Client.CreateApp(name, space: Space)).Id };
                case "/v3/spaces/{guid}":
                    await host.Service<IDirectory>().Add(new Space(guid, Organization, name, Metadata.Empty, now, now), default);
                    return this with { Space = guid };
                case "/v3/security_groups/{guid}":
                    await host.Service<ISecurityGroups>().Add(Bound(guid, name, Space), default);
                    return this with { Group = guid };
                case "/v3/organizations/{guid}":
                    await host.Service<IDirectory>().Add(new Organization(guid, name, false, Metadata.Empty, now, now), default);
                    return this with { Organization = guid };
                default:
                    return this;
            }
        }

        private static SecurityGroup Bound(Guid guid, string name, Guid space) => new(guid, name, [], false, false, [space], [], TimeProvider.System.GetUtcNow(), TimeProvider.System.GetUtcNow());

        public static async Task<Corner> Make(TokenHost host)
        {
            var directory = host.Service<IDirectory>();
            var (now, name) = (TimeProvider.System.GetUtcNow(), Guid.NewGuid().ToString("N"));
            var (organization, space) = (Guid.NewGuid(), Guid.NewGuid());
            await directory.Add(new Organization(organization, name, false, Metadata.Empty, now, now), default);
            await directory.Add(new Space(space, organization, name, Metadata.Empty, now, now), default);
            var (member, client) = await host.Somebody();
            client.Dispose();
            var role = new Membership(Guid.NewGuid(), member.Guid.ToString("D"), new RoleGrant(Core.Access.Role.OrganizationUser, organization, null), now);
            await directory.Add(role, default);
            await directory.Add(role with { Guid = Guid.NewGuid(), Grant = new RoleGrant(Core.Access.Role.SpaceAuditor, organization, space) }, default);

            var quota = new Quota(Guid.NewGuid(), organization, name, new QuotaTerms(QuotaLimits.None), now, now);
            await host.Service<IQuotas>().Add(quota, [space], default);

            var segment = new IsolationSegment(Guid.NewGuid(), name, [], Metadata.Empty, now, now);
            await host.Service<IIsolationSegments>().Add(segment, default);
            await host.Service<IIsolationSegments>().Entitle(segment.Guid, [organization], default);

            var group = Bound(Guid.NewGuid(), name, space);
            await host.Service<ISecurityGroups>().Add(group, default);

            var app = await host.Client.CreateApp(name, space: space);
            var package = await host.Client.CreatePackage(app.Id, Lifecycle.Bits);
            await host.Client.Upload(package.Id, new MemoryStream(Given.Zip(("Procfile", "web: print web\n"))));
            var droplet = await host.Client.Stage(package.Id);
            await host.Client.AssignDroplet(app.Id, droplet.Id);
            var task = await host.Client.Run(app.Id, new TaskSubmission { Command = "print hello" });
            await host.Client.Wait(task.Id);
            return new Corner(organization, space, role.Guid, quota.Guid, segment.Guid, group.Guid, app.Id, task.Id, package.Id, droplet.Id);
        }
    }
}
