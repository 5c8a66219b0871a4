using System.IO.Compression;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using static Granary.Cli.Tests.Answers;

namespace Granary.Cli.Tests;

public sealed class PushTests : IDisposable
{
    private const string Upload = "POST /v3/packages/k-1/upload";
    private readonly string folder = Directory.CreateTempSubdirectory("granary-push-").FullName;

    [Fact]
    public async Task A_folder_becomes_package_droplet_and_current_droplet()
    {
        await using var server = await Pushing(isNew: true);
        Write("Procfile", "web: run");

        var end = await GranaryRun.Run(server.Address, "push", "web", "-p", folder, "--output", "json");

        Assert.Equal((0, "web"), (end.Code, System.Text.Json.JsonDocument.Parse(end.Output).RootElement.GetProperty("name").GetString()));
        Assert.Equal(
        [
            "GET /v3/apps?names=web&per_page=5000",
            "GET /v3/spaces?per_page=1",
            "POST /v3/apps",
            "POST /v3/packages",
            Upload,
            "GET /v3/packages/k-1",
            "POST /v3/builds",
            "GET /v3/builds/b-1",
            $"PATCH /v3/apps/{AppGuid}/relationships/current_droplet",
            $"GET /v3/apps/{AppGuid}",
        ], server.Requests.Select(each => each.Line));
        Assert.Equal("""{"name":"web","lifecycle":{"type":"buildpack","data":{}},"relationships":{"space":{"data":{"guid":"s-1"}}}}""", Body(server, "POST /v3/apps"));
        Assert.Equal("""{"type":"bits","relationships":{"app":{"data":{"guid":"GUID"}}}}""".Replace("GUID", AppGuid, StringComparison.Ordinal), Body(server, "POST /v3/packages"));
        Assert.Equal("""{"data":{"guid":"b-1"}}""", Body(server, $"PATCH /v3/apps/{AppGuid}/relationships/current_droplet"));
    }

    [Fact]
    public async Task An_image_is_pushed_by_reference()
    {
        await using var server = await Pushing(isNew: true);

        var end = await GranaryRun.Run(server.Address, "push", "web", "-o", "registry.example/team/web:1");

        Assert.Equal((0, ""), (end.Code, end.Output));
        Assert.Contains("\"lifecycle\":{\"type\":\"docker\"", Body(server, "POST /v3/apps"), StringComparison.Ordinal);
        Assert.StartsWith("""{"type":"docker","data":{"image":"registry.example/team/web:1"}""", Body(server, "POST /v3/packages"), StringComparison.Ordinal);
        Assert.DoesNotContain(server.Requests, each => each.Line == Upload);
    }

    [Fact]
    public async Task Modes_and_links_are_kept_and_what_is_ignored_stays_out()
    {
        await using var server = await Pushing();
        Write("bin/run", "#!/bin/sh\n", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead);
        Write("page.html", "<p>", UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Write("secret.key", "key");
        Write(".git/HEAD", "ref");
        Write("deep/keep.log", "kept");
        Write("deep/drop.log", "dropped");
        Write(".cfignore", "*.key\n*.log\n!keep.log\n");
        File.CreateSymbolicLink(Path.Combine(folder, "latest"), "page.html");

        var end = await GranaryRun.Run(server.Address, "push", "web", "-p", folder);

        Assert.Equal(0, end.Code);
        using var zip = new ZipArchive(new MemoryStream(await Uploaded(server)));
        Assert.Equal(
            ["bin/ 40", "bin/run 100740", "deep/ 40", "deep/keep.log 100644", "latest 120777", "page.html 100600"],
            zip.Entries.Select(each => $"{each.FullName} {Convert.ToString((each.ExternalAttributes >> 16) & (each.FullName.EndsWith('/') ? 0xF000 : 0xFFFF), 8)}".Replace("/ 40000", "/ 40", StringComparison.Ordinal)));
        Assert.Equal("page.html", Read(zip, "latest"));
        Assert.Equal("#!/bin/sh\n", Read(zip, "bin/run"));
    }

    [Fact]
    public async Task The_same_files_give_the_same_bytes()
    {
        await using var server = await Pushing();
        Write("b", "two");
        Write("a/c", "one");
        await GranaryRun.Run(server.Address, "push", "web", "-p", folder);
        File.SetLastWriteTimeUtc(Path.Combine(folder, "b"), DateTime.UnixEpoch.AddYears(40));

        await using var again = await Pushing();
        await GranaryRun.Run(again.Address, "push", "web", "-p", folder);

        Assert.Equal(await Uploaded(server), await Uploaded(again));
    }

    [Fact]
    public async Task A_zip_is_uploaded_as_it_is()
    {
        await using var server = await Pushing();
        Write("in/a", "one");
        var zip = Path.Combine(folder, "app.zip");
        await ZipFile.CreateFromDirectoryAsync(Path.Combine(folder, "in"), zip);

        var end = await GranaryRun.Run(server.Address, "push", "web", "-p", zip);

        Assert.Equal(0, end.Code);
        Assert.Equal(await File.ReadAllBytesAsync(zip), await Uploaded(server));
    }

    [Theory]
    [InlineData("missing", "does not exist: name a folder or a zip file with --path.")]
    [InlineData("text", "is neither a folder nor a zip file.")]
    [InlineData("empty", "There are no files to push in")]
    [InlineData("pipes", "is neither a file, a folder nor a link: name it in .cfignore to leave it out.")]
    public async Task What_cannot_be_pushed_leaves_nothing_behind(string what, string words)
    {
        await using var server = await Pushing(isNew: true);
        Write("text", "no zip");
        Directory.CreateDirectory(Path.Combine(folder, "empty"));
        Directory.CreateDirectory(Path.Combine(folder, "pipes"));
        using (var pipe = System.Diagnostics.Process.Start("mkfifo", [Path.Combine(folder, "pipes", "pipe")]))
        {
            await pipe.WaitForExitAsync();
        }

        var end = await GranaryRun.Run(server.Address, "push", "web", "-p", Path.Combine(folder, what));

        Assert.Equal((1, ""), (end.Code, end.Output));
        Assert.Contains(words, end.Errors, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task A_package_that_is_refused_is_told_with_its_reason()
    {
        await using var server = await Server();
        server.On("POST /v3/packages", """{"guid":"k-1"}""", 201).On(Upload, """{"guid":"k-1"}""").On("GET /v3/packages/k-1", """{"guid":"k-1","state":"PROCESSING_UPLOAD"}""")
            .On("GET /v3/packages/k-1", """{"guid":"k-1","state":"FAILED","data":{"error":"The archive holds a device."}}""");
        Write("a", "one");

        var end = await GranaryRun.Run(server.Address, "push", "web", "-p", folder);

        Assert.Equal((1, ""), (end.Code, end.Output));
        Assert.EndsWith("The package is FAILED: The archive holds a device.\n", end.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_archive_that_is_refused_at_once_is_told_as_that()
    {
        await using var server = await Server();
        server.On("POST /v3/packages", """{"guid":"k-1"}""", 201).On(Upload, """{"errors":[{"code":10008,"title":"CF-UnprocessableEntity","detail":"'../a' leaves the archive's folder"}]}""", 422);
        Write("a", "one");

        var end = await GranaryRun.Run(server.Address, "push", "web", "-p", folder);

        Assert.Equal((1, ""), (end.Code, end.Output));
        Assert.EndsWith("The archive was refused, and app web is what it was: '../a' leaves the archive's folder\n", end.Errors, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static async Task<ScriptedServer> Pushing(bool isNew = false)
    {
        var server = isNew ? (await ScriptedServer.Start()).On(FindApp, List()) : await Server();
        return server.On("GET /v3/spaces?per_page=1", List("""{"guid":"s-1"}"""))
            .On("POST /v3/apps", App, 201)
            .On("POST /v3/packages", """{"guid":"k-1","state":"AWAITING_UPLOAD"}""", 201)
            .On(Upload, """{"guid":"k-1","state":"READY"}""")
            .On("GET /v3/packages/k-1", """{"guid":"k-1","state":"READY"}""")
            .On("POST /v3/builds", """{"guid":"b-1","state":"STAGING"}""", 201)
            .On("GET /v3/builds/b-1", """{"guid":"b-1","state":"STAGED","droplet":{"guid":"b-1"}}""")
            .On($"PATCH /v3/apps/{AppGuid}/relationships/current_droplet", "{}")
            .On($"GET /v3/apps/{AppGuid}", App);
    }

    private static string Body(ScriptedServer server, string line) => Encoding.UTF8.GetString(server.Requests.Single(each => each.Line == line).Body);

    private static string Read(ZipArchive zip, string name)
    {
        using var reader = new StreamReader(zip.GetEntry(name)!.Open());
        return reader.ReadToEnd();
    }

    /// <summary>The field "bits" of the form, as cf names it.</summary>
    private static async Task<byte[]> Uploaded(ScriptedServer server)
    {
        var request = server.Requests.Single(each => each.Line == Upload);
        var boundary = HeaderUtilities.RemoveQuotes(MediaTypeHeaderValue.Parse(request.ContentType).Boundary).Value!;
        var part = (await new MultipartReader(boundary, new MemoryStream(request.Body)).ReadNextSectionAsync())!;
        var disposition = part.GetContentDispositionHeader();
        Assert.Equal(("bits", "package.zip"), (disposition!.Name.Value, disposition.FileName.Value));
        using var bits = new MemoryStream();
        await part.Body.CopyToAsync(bits);
        return bits.ToArray();
    }

    private void Write(string name, string text, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead)
    {
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, mode);
    }
}
