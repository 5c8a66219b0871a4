using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text.Json.Nodes;
using Granary.Core.Apps;

namespace Granary.Api.Tests;

[Collection(ApiCollection.Name)]
public sealed class ManifestTests(ApiHost host)
{
    private const string Space = "/v3/spaces/00000000-0000-4000-8000-000000000001";

    [Fact]
    public async Task A_manifest_makes_apps_and_changes_them()
    {
        var talk = new Conversation(host);
        const string first = """
            applications:
            - name: manifest-a
              path: ./somewhere
              memory: 64M
              disk-quota: half
              no-route: true
            """;
        const string second = """
            version: 1
            applications:
            - name: manifest-a
              memory: 0.0625G
              disk-quota: 128MB
              instances: 2
              command: serve
              no-route: true
              buildpacks: [binary_buildpack]
              env: { COLOUR: blue, COUNT: 3, TRUTH: true, QUOTED: "null", NOTHING: }
              metadata:
                labels: { team: blue }
                annotations: { note: "two words" }
              processes:
              - type: task
                command: print from the template
                memory: 32M
                disk_quota: 64M
              - { type: web, instances: 1, log-rate-limit-per-second: 1K }
            - name: manifest-image
              docker: { image: "registry.example.com/tool:1" }
              random-route: true
            """;
        const string third = """
            applications:
            - name: manifest-a
              command: null
              env: { COLOUR: green, TRUTH: }
              metadata: { labels: { team: } }
              services: []
              routes: []
              future-key: [ { ignored: true } ]
            """;

        await talk.Manifest($"{Space}/actions/apply_manifest", first);
        await talk.Job(HttpMethod.Post, $"{Space}/actions/apply_manifest", Bodies.Yaml(second));
        var app = (await talk.Get("/v3/apps?names=manifest-a,manifest-image&order_by=name"))["resources"]![0]!.Text("guid");
        await talk.Get($"/v3/apps/{app}/processes/web");
        await talk.Get($"/v3/apps/{app}/processes/task");
        await talk.Manifest($"{Space}/manifest_diff", third);
        await talk.Job(HttpMethod.Post, $"{Space}/actions/apply_manifest", Bodies.Yaml(third));
        await talk.Get($"/v3/apps/{app}/environment_variables");
        await talk.Get($"/v3/processes?app_guids={app}&types=web");

        talk.Check();
    }

    [Fact]
    public async Task A_manifest_is_refused_with_every_fault_and_makes_nothing()
    {
        await host.Client.CreateApp("of bits");
        await host.Client.CreateApp("of an image", Lifecycle.Docker);
        var talk = new Conversation(host);

        await talk.Manifest($"{Space}/actions/apply_manifest", "version: 2\napplications: [{ name: a }]");
        await talk.Manifest($"{Space}/actions/apply_manifest", "name: no list");
        await talk.Manifest($"{Space}/actions/apply_manifest", "applications: []");
        await talk.Manifest($"{Space}/actions/apply_manifest", """
            applications:
            - name: sound
            - name: unsound
              memory: 64
              disk_quota: 0M
              instances: -1
              log-rate-limit-per-second: -2
              command: ""
              stack: cflinuxfs4
              buildpacks: [cobol_buildpack, [ruby]]
              env: { VCAP_X: 1, PORT: 2, DEEP: { a: b } }
              metadata: { labels: { "-": x } }
              health-check-type: http
              no-route: maybe
              routes: [{ route: a.example.com }]
              services: [database]
              processes:
              - type: task
                memory: lots
              - type: task
              - type: "two words"
              - not a process
            - memory: 64M
            - name: sound
            - "no mapping"
            - name: of bits
              docker: { image: busybox }
            - name: of an image
              buildpacks: [binary_buildpack]
            - name: no image
              docker: {}
            """);
        await talk.Manifest("/v3/spaces/00000000-0000-4000-8000-000000000002/actions/apply_manifest", "applications: [{ name: a }]");
        await talk.Ask(HttpMethod.Post, $"{Space}/actions/apply_manifest", Bodies.Json("{}"));
        await talk.Get("/v3/apps?names=sound,unsound,a");

        talk.Check();
    }

    [Theory]
    [InlineData("applications: &all [{ name: a }]\nagain: *all", "anchors and aliases are not supported")]
    [InlineData("applications: [{ name: a, name: b }]", "the key 'name' is there twice")]
    [InlineData("applications: []\n---\napplications: []", "there is more than one document")]
    [InlineData("applications: [", "the manifest is no YAML that can be read: line")]
    [InlineData("? [a, b]\n: c", "a key is no text")]
    public async Task What_is_no_manifest_is_refused(string text, string why)
    {
        var error = await Refused(Bodies.Yaml(text));

        Assert.Equal("CF-MessageParseError", error.Text("title"));
        Assert.Contains(why, error.Text("detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_manifest_that_is_nested_without_end_is_refused() =>
        Assert.Contains("nested more than 32 deep", (await Refused(Bodies.Yaml($"applications: {new string('[', 10_000)}"))).Text("detail"), StringComparison.Ordinal);

    [Fact]
    public async Task A_manifest_that_is_too_large_is_refused() =>
        Assert.StartsWith("Manifest size is too large.", (await Refused(Bodies.Yaml($"applications: [] # {new string('x', 1024 * 1024)}"))).Text("detail"), StringComparison.Ordinal);

    [Fact]
    public async Task A_manifest_that_is_no_text_is_refused()
    {
        using var content = new ByteArrayContent([0x61, 0xff, 0xfe]);
        content.Headers.TryAddWithoutValidation("Content-Type", "application/x-yaml");

        Assert.Contains("not in UTF-8", (await Refused(content)).Text("detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_process_of_a_manifest_is_a_template_of_tasks()
    {
        using var applied = await host.Send(HttpMethod.Post, $"{Space}/actions/apply_manifest", Bodies.Yaml("""
            applications:
            - name: with-template
              processes: [{ type: task, command: print hello, memory: 32M, disk_quota: 64M }]
            """));
        var app = await host.Client.Push("with-template", new MemoryStream(Given.Zip(("a", "b"))));
        var talk = new Conversation(host);

        var task = await talk.Post($"/v3/apps/{app.Id}/tasks", Given.Template($"{app.Id}-task"));

        Assert.Equal(HttpStatusCode.Accepted, applied.StatusCode);
        Assert.Equal(("print hello", 32, 64), (task.Text("command"), (int)task["memory_in_mb"]!, (int)task["disk_in_mb"]!));
    }

    private async Task<JsonNode> Refused([StringSyntax("Yaml")] HttpContent body)
    {
        using var response = await host.Send(HttpMethod.Post, $"{Space}/actions/apply_manifest", body);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        return await Bodies.Error(response);
    }
}
