using System.Collections.Immutable;
using System.Net.Http.Headers;
using Granary.Core.Attempts;
using Granary.Core.Builds;

namespace Granary.Api.Tests;

/// <summary>Buildpacks as cf manages them. Each test takes away what it added: all share one order.</summary>
[Collection(ApiCollection.Name)]
public sealed class BuildpackTests(ApiHost host)
{
    [Fact]
    public async Task A_buildpack_is_added_uploaded_changed_and_taken_away()
    {
        var talk = new Conversation(host);

        var guid = (await talk.Post("/v3/buildpacks", """{"name":"sample_buildpack","position":2,"enabled":true}""")).Text("guid");
        await Upload(talk, guid, Given.Zip(("bin/detect", "#!/bin/sh\n")), "sample-1.zip");
        await talk.Get("/v3/buildpacks?order_by=position");
        await talk.Get("/v3/buildpacks?names=sample_buildpack&stacks=granary%2Fstack:bookworm");
        await talk.Patch($"/v3/buildpacks/{guid}", """{"name":"renamed_buildpack","stack":"granary/stack:bookworm","position":"9","enabled":false,"locked":true,"metadata":{"labels":{"team":"blue"}}}""");
        await talk.Get("/v3/buildpacks?order_by=-position&label_selector=team%3Dblue&stacks=granary%2Fstack:bookworm");
        await talk.Ask(HttpMethod.Post, $"/v3/buildpacks/{guid}/upload", Bits(Given.Zip(("a", "b")), "sample-2.zip"));
        await talk.Job(HttpMethod.Delete, $"/v3/buildpacks/{guid}");
        await talk.Get($"/v3/buildpacks/{guid}");

        talk.Check();
    }

    [Fact]
    public async Task A_buildpack_is_refused_with_every_fault()
    {
        var talk = new Conversation(host);

        await talk.Post("/v3/buildpacks", "{}");
        await talk.Post("/v3/buildpacks", """{"name":"not a name","stack":"cflinuxfs3","position":0,"colour":"red"}""");
        await talk.Post("/v3/buildpacks", """{"name":"not a name","stack":"cflinuxfs3","position":0}""");
        await talk.Post("/v3/buildpacks", """{"name":"binary_buildpack"}""");
        var guid = (await talk.Post("/v3/buildpacks", """{"name":"refused_buildpack","stack":"granary/stack:bookworm"}""")).Text("guid");
        await talk.Post("/v3/buildpacks", """{"name":"Refused_buildpack","stack":"granary/stack:bookworm"}""");
        await talk.Patch($"/v3/buildpacks/{guid}", """{"stack":null}""");
        await talk.Patch($"/v3/buildpacks/{Guid.NewGuid()}", """{"name":"a"}""");
        await talk.Ask(HttpMethod.Post, $"/v3/buildpacks/{guid}/upload", Bits(Given.Zip(("a", "b")), "sample.tgz"));
        await talk.Ask(HttpMethod.Post, $"/v3/buildpacks/{guid}/upload", new MultipartFormDataContent { { new StringContent("[]"), "resources" } });
        foreach (var bits in (byte[][])["this is no zip"u8.ToArray(), Given.Zip(("../../etc/passwd", "root")), []])
        {
            await Upload(talk, guid, bits, "hostile.zip");
        }

        await talk.Job(HttpMethod.Delete, $"/v3/buildpacks/{guid}");
        var built = (await talk.Get("/v3/buildpacks?names=procfile_buildpack"))["resources"]![0]!.Text("guid");
        await talk.Ask(HttpMethod.Delete, $"/v3/buildpacks/{built}", null);
        await talk.Patch($"/v3/buildpacks/{built}", """{"locked":false}""");

        talk.Check();
    }

    [Fact]
    public async Task A_build_is_STAGING_until_its_buildpack_has_run_and_then_STAGED_or_FAILED()
    {
        var talk = new Conversation(host);
        var buildpack = new BuildpackId(Guid.NewGuid());
        await host.Client.CreateBuildpack(buildpack, new BuildpackChange("staging_buildpack", Position: 9));
        await host.Client.UploadBuildpack(buildpack, "staging.zip", new MemoryStream(Given.Zip(("bin/compile", "#!/bin/sh\n"))));
        var app = await host.Client.CreateApp("staged", buildpacks: ["staging_buildpack"], variables: Does("wait"));
        var package = await host.Client.CreatePackage(app.Id, Core.Apps.Lifecycle.Bits);
        await host.Client.Upload(package.Id, new MemoryStream(Given.Zip(("index.html", "hello"))));

        var build = (await talk.Post("/v3/builds", Build(package))).Text("guid");
        await talk.Post("/v3/builds", Build(package));
        await talk.Get($"/v3/droplets/{build}");
        await talk.Get($"/v3/apps/{app.Id}/droplets");
        await Finish(build, 0);
        await talk.Get($"/v3/builds/{build}");
        await talk.Get($"/v3/droplets/{build}");
        await host.Client.ChangeEnvironment(app.Id, Does("print it does not compile; exit 223"));
        var failing = (await talk.Post("/v3/builds", $$$"""{"package":{"guid":"{{{package.Id}}}"},"lifecycle":{"type":"buildpack","data":{"buildpacks":["staging_buildpack","binary_buildpack"]}},"staging_memory_in_mb":512,"staging_disk_in_mb":"256"}""")).Text("guid");
        await Ended(failing);
        await talk.Get($"/v3/builds/{failing}");
        await talk.Get($"/v3/droplets/{failing}");
        await talk.Get($"/v3/apps/{app.Id}/droplets?states=FAILED");
        await talk.Post("/v3/builds", $$$"""{"package":{"guid":"{{{package.Id}}}"},"staging_memory_in_mb":0,"staging_disk_in_mb":-1}""");
        await host.Client.ChangeBuildpack(buildpack, new BuildpackChange(IsEnabled: false));
        await talk.Post("/v3/builds", Build(package));
        await host.Client.RemoveBuildpack(buildpack);

        talk.Check();
    }

    private static string Build(Core.Apps.PackageState package) => $$$"""{"package":{"guid":"{{{package.Id}}}"}}""";

    /// <summary>What the container of a staging does on the engine in memory.</summary>
    private static ImmutableSortedDictionary<string, string?> Does(string script) => ImmutableSortedDictionary<string, string?>.Empty.Add("FAKE_STAGING", script);

    private async Task Finish(string build, int code)
    {
        var attempt = new AttemptKey(Guid.Parse(build), 1);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!host.Engine.Starts.Contains(attempt))
        {
            await Task.Delay(20, limit.Token);
        }

        host.Engine.Finish(attempt, code);
        await Ended(build);
    }

    private async Task Ended(string build)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await host.Client.WaitStaged(new Core.Apps.DropletId(Guid.Parse(build)), limit.Token);
    }

    private static async Task Upload(Conversation talk, string guid, byte[] bits, string name)
    {
        var location = await talk.Location(HttpMethod.Post, $"/v3/buildpacks/{guid}/upload", Bits(bits, name));
        await talk.Get(location.PathAndQuery);
    }

    /// <summary>As cf uploads a buildpack.</summary>
    private static MultipartFormDataContent Bits(byte[] bits, string name)
    {
        var content = new ByteArrayContent(bits);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return new MultipartFormDataContent { { content, "bits", name } };
    }
}
