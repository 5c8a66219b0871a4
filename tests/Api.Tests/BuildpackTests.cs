using System.Net.Http.Headers;

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
