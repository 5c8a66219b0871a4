using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Docker.DotNet;

namespace Granary.Docker.Tests;

/// <summary>An image registry on loopback that has one image and asks for a password: as much of the registry's protocol as an engine's pull speaks.</summary>
internal sealed class Registry : IAsyncDisposable
{
    public const string User = "puller";
    public const string Password = "open, sesame: ünïcode";

    private const string ManifestType = "application/vnd.docker.distribution.manifest.v2+json";

    private readonly HttpListener listener = new();
    private readonly Dictionary<string, byte[]> blobs = [];
    private readonly Task serving;
    private byte[] manifest = [];

    private Registry(int port)
    {
        Host = $"127.0.0.1:{port}";
        listener.Prefixes.Add($"http://{Host}/");
        listener.Start();
        serving = Serve();
    }

    public string Host { get; }

    public string Image => $"{Host}/private/busybox:1";

    /// <summary>A registry with what an engine has under a name.</summary>
    public static async Task<Registry> With(DockerClient engine, string image)
    {
        var registry = new Registry(FreePort());
        await using var saved = await engine.Images.SaveImageAsync(image);
        using var whole = new MemoryStream(); // The reader of tars takes a stream that gives less than it was asked for as one that has ended.
        await saved.CopyToAsync(whole);
        whole.Position = 0;
        registry.Take(await Files(whole));
        return registry;
    }

    public async ValueTask DisposeAsync()
    {
        listener.Close();
        await serving;
    }

    /// <summary>What "docker save" writes becomes what a registry gives: layers packed, and everything under its digest.</summary>
    private void Take(Dictionary<string, byte[]> files)
    {
        var saved = JsonNode.Parse(files["manifest.json"])![0]!;
        var config = files[(string)saved["Config"]!];
        var layers = saved["Layers"]!.AsArray().Select(each => Packed(files[(string)each!])).ToArray();
        manifest = Encoding.UTF8.GetBytes(new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = ManifestType,
            ["config"] = Described("application/vnd.docker.container.image.v1+json", config),
            ["layers"] = new JsonArray([.. layers.Select(each => Described("application/vnd.docker.image.rootfs.diff.tar.gzip", each))]),
        }.ToJsonString());
    }

    private JsonObject Described(string type, byte[] blob)
    {
        blobs[Digest(blob)] = blob;
        return new JsonObject { ["mediaType"] = type, ["size"] = blob.Length, ["digest"] = Digest(blob) };
    }

    private async Task Serve()
    {
        while (true)
        {
            HttpListenerContext call;
            try
            {
                call = await listener.GetContextAsync();
            }
            catch (Exception fault) when (fault is HttpListenerException or ObjectDisposedException)
            {
                return; // It was closed.
            }

            Answer(call);
        }
    }

    private void Answer(HttpListenerContext call)
    {
        var (request, answer) = (call.Request, call.Response);
        if (request.Headers["Authorization"] != $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}"))}")
        {
            answer.StatusCode = 401;
            answer.AddHeader("WWW-Authenticate", "Basic realm=\"private\"");
            Write(call, "application/json", JsonSerializer.SerializeToUtf8Bytes(new { errors = new[] { new { code = "UNAUTHORIZED", message = "authentication required" } } }));
            return;
        }

        var path = request.Url!.AbsolutePath;
        var name = path[(path.LastIndexOf('/') + 1)..];
        if (path == "/v2/")
        {
            Write(call, "application/json", "{}"u8.ToArray());
        }
        else if (path.Contains("/manifests/", StringComparison.Ordinal) && (name == "1" || name == Digest(manifest)))
        {
            answer.AddHeader("Docker-Content-Digest", Digest(manifest));
            Write(call, ManifestType, manifest);
        }
        else if (blobs.TryGetValue(name, out var blob))
        {
            Write(call, "application/octet-stream", blob);
        }
        else
        {
            answer.StatusCode = 404;
            Write(call, "application/json", "{}"u8.ToArray());
        }
    }

    private static void Write(HttpListenerContext call, string type, byte[] body)
    {
        call.Response.ContentType = type;
        call.Response.ContentLength64 = body.Length;
        if (call.Request.HttpMethod != "HEAD")
        {
            call.Response.OutputStream.Write(body);
        }

        call.Response.Close();
    }

    private static async Task<Dictionary<string, byte[]>> Files(Stream tar)
    {
        var files = new Dictionary<string, byte[]>();
        var links = new Dictionary<string, string>();
        await using var reader = new TarReader(tar);
        while (await reader.GetNextEntryAsync() is { } entry)
        {
            if (entry.EntryType is TarEntryType.SymbolicLink)
            {
                links[entry.Name] = Path.GetRelativePath("/", Path.Combine("/", Path.GetDirectoryName(entry.Name)!, entry.LinkName));
            }
            else if (entry.DataStream is { } data)
            {
                using var bytes = new MemoryStream();
                await data.CopyToAsync(bytes);
                files[entry.Name] = bytes.ToArray();
            }
        }

        foreach (var (name, target) in links)
        {
            files[name] = files[target];
        }

        return files;
    }

    private static byte[] Packed(byte[] layer)
    {
        using var packed = new MemoryStream();
        using (var zip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            zip.Write(layer);
        }

        return packed.ToArray();
    }

    private static string Digest(byte[] blob) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(blob))}";

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
