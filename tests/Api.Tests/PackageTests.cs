using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Granary.Core.Apps;
using Granary.Core.Runtime;
using Granary.Grains.Ports;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Api.Tests;

[Collection(ApiCollection.Name)]
public sealed class PackageTests(ApiHost host)
{
    [Fact]
    public async Task Bits_become_a_package_a_build_and_a_droplet()
    {
        var app = await host.Client.CreateApp("bits");
        var talk = new Conversation(host);

        await talk.Post("/v3/resource_matches", """{"resources":[{"path":"index.html","mode":"644","checksum":{"value":"da39a3ee5e6b4b0d3255bfef95601890afd80709"},"size_in_bytes":5}]}""");
        var package = await talk.Post("/v3/packages", Of("bits", app.Id));
        var guid = package.Text("guid");
        await talk.Post("/v3/builds", Build(guid));
        await talk.Ask(HttpMethod.Post, $"/v3/packages/{guid}/upload", Bodies.Upload(Given.Zip(("Procfile", "web: serve\n"), ("index.html", "hello"))));
        await talk.Get($"/v3/packages/{guid}");
        await talk.Ask(HttpMethod.Post, $"/v3/packages/{guid}/upload", Bodies.Upload(Given.Zip(("index.html", "again"))));
        var build = await talk.Post("/v3/builds", Build(guid));
        await talk.Get($"/v3/builds/{build.Text("guid")}");
        await talk.Get($"/v3/droplets/{build["droplet"]!.Text("guid")}");
        await talk.Get($"/v3/packages?app_guids={app.Id}&states=READY");
        await talk.Get($"/v3/apps/{app.Id}/droplets?states=STAGED");

        talk.Check();
    }

    [Fact]
    public async Task Bits_and_droplets_are_given_back()
    {
        var zip = Given.Zip(("Procfile", "web: serve\n"), ("index.html", "hello"));
        var app = await host.Client.Push("given back", new MemoryStream(zip));
        var talk = new Conversation(host);

        using var bits = await host.Send(HttpMethod.Get, $"/v3/packages/{app.NewestPackage}/download");
        using var droplet = await host.Send(HttpMethod.Get, $"/v3/droplets/{app.CurrentDroplet}/download");
        await using var unpacked = new GZipStream(await droplet.Content.ReadAsStreamAsync(), CompressionMode.Decompress);
        await using var tar = new TarReader(unpacked);
        var names = new List<string>();
        while (await tar.GetNextEntryAsync() is { } entry)
        {
            names.Add(entry.Name);
        }

        Assert.Equal(zip, await bits.Content.ReadAsByteArrayAsync());
        Assert.Equal(["./app/", "./app/Procfile", "./app/index.html"], names);
        var empty = await host.Client.CreatePackage(app.Id, Lifecycle.Bits);
        var image = await host.Client.PushImage("image given back", "registry.example.com/tool:1");
        await talk.Get($"/v3/packages/{empty.Id}/download");
        await talk.Get($"/v3/packages/{image.NewestPackage}/download");
        await talk.Get($"/v3/droplets/{image.CurrentDroplet}/download");
        talk.Check();
    }

    [Fact]
    public async Task A_droplet_is_uploaded_as_it_is()
    {
        var app = await host.Client.Push("from here", new MemoryStream(Given.Zip(("Procfile", "worker: wait\n"))));
        using var file = await host.Send(HttpMethod.Get, $"/v3/droplets/{app.CurrentDroplet}/download");
        var bits = await file.Content.ReadAsByteArrayAsync();
        var other = await host.Client.CreateApp("from there");
        var image = await host.Client.CreateApp("image from there", Lifecycle.Docker);
        var talk = new Conversation(host);
        Task<JsonNode> Create(string to, JsonNode? types = null) => talk.Post("/v3/droplets", new JsonObject { ["relationships"] = Relationships(to), ["process_types"] = types }.ToJsonString());

        var droplet = (await Create(other.Id.ToString())).Text("guid");
        await talk.Get($"/v3/droplets/{droplet}/download");
        await talk.Ask(HttpMethod.Patch, $"/v3/apps/{other.Id}/relationships/current_droplet", Bodies.Json(new JsonObject { ["data"] = new JsonObject { ["guid"] = droplet } }.ToJsonString()));
        await talk.Ask(HttpMethod.Post, $"/v3/droplets/{droplet}/upload", Bodies.Upload(bits, resources: null));
        await talk.Get($"/v3/droplets/{droplet}");
        await talk.Get($"/v3/builds/{droplet}");
        await talk.Ask(HttpMethod.Post, $"/v3/droplets/{droplet}/upload", Bodies.Upload(bits, resources: null));
        await talk.Ask(HttpMethod.Patch, $"/v3/apps/{other.Id}/relationships/current_droplet", Bodies.Json(new JsonObject { ["data"] = new JsonObject { ["guid"] = droplet } }.ToJsonString()));
        var broken = (await Create(other.Id.ToString(), new JsonObject { ["web"] = "serve" })).Text("guid");
        using var refused = await host.Send(HttpMethod.Post, $"/v3/droplets/{broken}/upload", Bodies.Upload("no tar"u8.ToArray(), resources: null));
        await talk.Get(refused.Headers.Location!.PathAndQuery);
        await talk.Get($"/v3/droplets/{broken}");
        await Create(image.Id.ToString());
        await Create(Guid.NewGuid().ToString());
        await Create(other.Id.ToString(), new JsonObject { ["web/x"] = "serve" });
        await Create(other.Id.ToString(), new JsonObject { ["web"] = 1 });

        talk.Check();
    }

    [Fact]
    public async Task A_package_is_copied_to_another_app()
    {
        var app = await host.Client.Push("copied", new MemoryStream(Given.Zip(("index.html", "hello"))));
        var other = await host.Client.CreateApp("copy");
        var image = await host.Client.CreateApp("copied image", Lifecycle.Docker);
        var talk = new Conversation(host);
        Task<JsonNode> Copy(string source, AppId to) => talk.Post($"/v3/packages?source_guid={source}", new JsonObject { ["relationships"] = Relationships(to.ToString()) }.ToJsonString());

        var copy = await Copy(app.NewestPackage.ToString()!, other.Id);
        await talk.Post("/v3/builds", Build(copy.Text("guid")));
        await Copy(app.NewestPackage.ToString()!, app.Id);
        await Copy(app.NewestPackage.ToString()!, image.Id);
        await Copy(Guid.NewGuid().ToString(), other.Id);
        await Copy("none", other.Id);
        await Copy((await host.Client.CreatePackage(app.Id, Lifecycle.Bits)).Id.ToString(), other.Id);
        await Copy(app.NewestPackage.ToString()!, new AppId(Guid.NewGuid()));
        await talk.Post($"/v3/packages?source_guid={app.NewestPackage}", "{}");

        talk.Check();
    }

    [Fact]
    public async Task An_image_is_a_package_at_once()
    {
        var app = await host.Client.CreateApp("image", Lifecycle.Docker);
        var talk = new Conversation(host);

        var package = await talk.Post("/v3/packages", new JsonObject
        {
            ["type"] = "docker",
            ["data"] = new JsonObject { ["image"] = "registry.example.com/team/tool:1.2" },
            ["relationships"] = Relationships(app.Id.ToString()),
        }.ToJsonString());
        await talk.Post("/v3/builds", Build(package.Text("guid")));
        await talk.Ask(HttpMethod.Post, $"/v3/packages/{package.Text("guid")}/upload", Bodies.Upload(Given.Zip(("a", "b"))));

        talk.Check();
    }

    [Fact]
    public async Task A_password_of_a_registry_is_kept_sealed_and_never_shown()
    {
        var app = await host.Client.CreateApp("private-image", Lifecycle.Docker);
        var talk = new Conversation(host);
        JsonObject Data(string? user, string? password) => new() { ["type"] = "docker", ["data"] = new JsonObject { ["image"] = "registry.example.com/tool:1", ["username"] = user, ["password"] = password }, ["relationships"] = Relationships(app.Id.ToString()) };

        var package = await talk.Post("/v3/packages", Data("puller", "open-sesame").ToJsonString());
        await talk.Get($"/v3/packages/{package.Text("guid")}");
        var build = await talk.Post("/v3/builds", Build(package.Text("guid")));
        await talk.Get($"/v3/droplets/{build["droplet"]!.Text("guid")}");
        await talk.Post("/v3/packages", Data("puller", null).ToJsonString());
        await talk.Post("/v3/packages", Data("", new string('x', 5001)).ToJsonString());

        talk.Check();
        var (stored, droplet) = ((await host.Client.FindPackage(new PackageId(Guid.Parse(package.Text("guid")))))!, (await host.Client.FindDroplet(new DropletId(Guid.Parse(build["droplet"]!.Text("guid")))))!);
        Assert.DoesNotContain("open-sesame", JsonSerializer.Serialize(stored) + JsonSerializer.Serialize(droplet), StringComparison.Ordinal);
        var seal = host.Services.GetRequiredService<PasswordSeal>();
        Assert.Equal(new RegistryPassword("puller", "open-sesame"), seal.Open(droplet.Source!.Image, droplet.Source.Login!));
        Assert.Null(seal.Open("registry.example.com/another:1", droplet.Source.Login!));
        Assert.Null(new PasswordSeal(new byte[32]).Open(droplet.Source.Image, droplet.Source.Login!));
    }

    [Fact]
    public async Task A_hostile_archive_is_refused_and_its_package_is_FAILED()
    {
        var app = await host.Client.CreateApp("hostile");
        var talk = new Conversation(host);
        foreach (var bits in (byte[][])[Given.Zip(("../../etc/passwd", "root")), "this is no zip"u8.ToArray(), Given.Zip(("Procfile", "no colon here"))])
        {
            var package = await talk.Post("/v3/packages", Of("bits", app.Id));
            await talk.Ask(HttpMethod.Post, $"/v3/packages/{package.Text("guid")}/upload", Bodies.Upload(bits));
            await talk.Get($"/v3/packages/{package.Text("guid")}");
            await talk.Post("/v3/builds", Build(package.Text("guid")));
        }

        talk.Check();
    }

    [Fact]
    public async Task A_bad_request_is_refused_with_every_fault()
    {
        var app = await host.Client.CreateApp("bad packages");
        var talk = new Conversation(host);

        await talk.Post("/v3/packages", "{}");
        await talk.Post("/v3/packages", """{"type":"tar","relationships":{"app":{"data":null}},"data":{"image":"a","username":"u","password":"p"},"colour":"red"}""");
        await talk.Post("/v3/packages", Of("bits", new AppId(Guid.NewGuid())));
        await talk.Post("/v3/packages", Of("docker", app.Id));
        await talk.Post("/v3/builds", "{}");
        await talk.Post("/v3/builds", Build(Guid.NewGuid().ToString()));
        await talk.Post("/v3/resource_matches", """{"resources":[]}""");

        talk.Check();
    }

    [Fact]
    public async Task An_upload_that_is_no_upload_is_refused_and_the_package_goes_on_waiting()
    {
        var app = await host.Client.CreateApp("uploads");
        var talk = new Conversation(host);
        var package = await host.Client.CreatePackage(app.Id, Lifecycle.Bits);
        var path = $"/v3/packages/{package.Id}/upload";

        await talk.Ask(HttpMethod.Post, path, Bodies.Json("{}"));
        await talk.Ask(HttpMethod.Post, path, new MultipartFormDataContent { { new StringContent("[]"), "resources" } });
        await talk.Ask(HttpMethod.Post, path, new MultipartFormDataContent { { new StringContent("x"), "something" } });
        await talk.Ask(HttpMethod.Post, path, Bodies.Upload(Given.Zip(("a", "b")), """[{"fn":"matched"}]"""));
        await talk.Ask(HttpMethod.Post, path, Broken());

        talk.Check();
        Assert.Equal(PackagePhase.AwaitingUpload, (await host.Client.FindPackage(package.Id))!.Phase);
    }

    [Fact]
    public async Task An_upload_beyond_the_limit_is_refused_without_being_read()
    {
        var app = await host.Client.CreateApp("large uploads");
        var package = await host.Client.CreatePackage(app.Id, Lifecycle.Bits);

        using var told = new Counted(1_000_000_000);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v3/packages/{package.Id}/upload") { Content = Bodies.Upload(new StreamContent(told)) };
        request.Headers.ExpectContinue = true;
        using var response = await host.Http.SendAsync(request);
        var error = await Bodies.Error(response);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Equal("CF-InvalidRequest: The request's body is larger than 4194304 bytes", $"{error.Text("title")}: {error.Text("detail")}");
        Assert.Equal(0, told.Taken);
    }

    [Fact]
    public async Task An_upload_of_unknown_length_beyond_the_limit_is_refused()
    {
        var app = await host.Client.CreateApp("endless uploads");
        var package = await host.Client.CreatePackage(app.Id, Lifecycle.Bits);
        // With what is around it, the part is longer than the whole may be.
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v3/packages/{package.Id}/upload") { Content = Bodies.Upload(new StreamContent(new Counted(4 * 1024 * 1024))) };
        request.Headers.TransferEncodingChunked = true;

        using var response = await host.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Equal(PackagePhase.AwaitingUpload, (await host.Client.FindPackage(package.Id))!.Phase);
    }

    [Fact]
    public async Task Of_two_uploads_at_once_the_first_that_ends_is_taken_and_the_other_is_told()
    {
        var app = await host.Client.CreateApp("two uploads");
        var package = await host.Client.CreatePackage(app.Id, Lifecycle.Bits);
        var path = new Uri($"/v3/packages/{package.Id}/upload", UriKind.Relative);
        var (slow, quick) = (Given.Zip(("a", "slow")), Given.Zip(("b", "quick")));
        var halfSent = new TaskCompletionSource();
        var goesOn = new TaskCompletionSource();

        var first = host.Http.PostAsync(path, Bodies.Upload(new Halves(slow, halfSent, goesOn.Task)));
        await halfSent.Task;
        using var second = await host.Http.PostAsync(path, Bodies.Upload(quick));
        goesOn.SetResult();
        using var told = await first;

        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.Equal((HttpStatusCode.BadRequest, "CF-PackageBitsAlreadyUploaded"), (told.StatusCode, (await Bodies.Error(told)).Text("title")));
        var ready = (await host.Client.FindPackage(package.Id))!;
        Assert.Equal((PackagePhase.Ready, Convert.ToHexStringLower(SHA256.HashData(quick))), (ready.Phase, ready.Digest));
    }

    private sealed class Halves(byte[] bytes, TaskCompletionSource halfSent, Task goesOn) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(bytes.AsMemory(0, bytes.Length / 2));
            await stream.FlushAsync();
            halfSent.SetResult();
            await goesOn;
            await stream.WriteAsync(bytes.AsMemory(bytes.Length / 2));
        }

        protected override bool TryComputeLength(out long length)
        {
            length = bytes.Length;
            return true;
        }
    }

    private static ByteArrayContent Broken()
    {
        var content = new ByteArrayContent("--x\r\nContent-Disposition: form-data; name=\"bits\"; filename=\"a\"\r\n\r\nnever ended"u8.ToArray());
        content.Headers.TryAddWithoutValidation("Content-Type", "multipart/form-data; boundary=x");
        return content;
    }

    private static string Of(string type, AppId app) => new JsonObject { ["type"] = type, ["relationships"] = Relationships(app.ToString()) }.ToJsonString();

    private static JsonObject Relationships(string app) => new() { ["app"] = new JsonObject { ["data"] = new JsonObject { ["guid"] = app } } };

    private static string Build(string package) => new JsonObject { ["package"] = new JsonObject { ["guid"] = package } }.ToJsonString();
}
