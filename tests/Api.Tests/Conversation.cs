using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Granary.Testing;

namespace Granary.Api.Tests;

/// <summary>Requests and answers of one test, written down as a client would see them, with the names of what differs from run to run.</summary>
internal sealed partial class Conversation(ApiHost host)
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly StringBuilder text = new();
    private readonly Dictionary<string, string> names = [];

    public Task<JsonNode> Get(string path) => Ask(HttpMethod.Get, path, null);

    public Task<JsonNode> Post(string path, [StringSyntax("Json")] string? body = null) => Ask(HttpMethod.Post, path, Json(body));

    public Task<JsonNode> Patch(string path, [StringSyntax("Json")] string body) => Ask(HttpMethod.Patch, path, Json(body));

    public Task<JsonNode> Put(string path) => Ask(HttpMethod.Put, path, null);

    public Task<JsonNode> Manifest(string path, [StringSyntax("Yaml")] string manifest) => Ask(HttpMethod.Post, path, Bodies.Yaml(manifest));

    /// <summary>Sends what is answered with a job, and nothing else; waits for its end, and tells the last word on it.</summary>
    public async Task<JsonNode> Job(HttpMethod method, string path, HttpContent? body = null)
    {
        using var response = await Send(method, path, body);
        Assert.Equal((HttpStatusCode.Accepted, ""), (response.StatusCode, await response.Content.ReadAsStringAsync()));
        text.Append(CultureInfo.InvariantCulture, $"202, to {response.Headers.Location}\n\n");
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (JsonNode.Parse(await host.Http.GetStringAsync(response.Headers.Location, timeout.Token))!.Text("state") == "PROCESSING")
        {
            await Task.Delay(20, timeout.Token);
        }

        return await Get(response.Headers.Location!.PathAndQuery);
    }

    /// <summary>Sends what is answered with a thing and a job about it; where to ask about the job.</summary>
    public async Task<Uri> Location(HttpMethod method, string path, HttpContent? body)
    {
        using var response = await Send(method, path, body);
        var shown = JsonNode.Parse(await response.Content.ReadAsStringAsync())!.ToJsonString(Readable);
        text.Append(CultureInfo.InvariantCulture, $"{(int)response.StatusCode}, to {response.Headers.Location}\n{shown}\n\n");
        return response.Headers.Location!;
    }

    public async Task<JsonNode> Ask(HttpMethod method, string path, HttpContent? body)
    {
        using var response = await Send(method, path, body);
        var answer = await response.Content.ReadAsStringAsync();
        text.Append(CultureInfo.InvariantCulture, $"{(int)response.StatusCode}\n");
        var node = JsonNode.Parse(answer) ?? throw new InvalidOperationException($"{path} answered null");
        text.Append(node.ToJsonString(Readable)).Append("\n\n");
        return node;
    }

    private async Task<HttpResponseMessage> Send(HttpMethod method, string path, HttpContent? body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        text.Append(CultureInfo.InvariantCulture, $"{method} {path}\n");
        if (body is StringContent said)
        {
            text.Append(await said.ReadAsStringAsync()).Append('\n');
        }

        return await host.Http.SendAsync(request);
    }

    /// <summary>Compares with golden/NAME.txt.</summary>
    public void Check([CallerMemberName] string name = "") =>
        Recorded.Check(Repository.PathOf("tests", "Api.Tests", "golden", $"{name}.txt"), Told());

    private string Told()
    {
        var told = text.ToString().Replace(host.Address.GetLeftPart(UriPartial.Authority), "http://granary", StringComparison.Ordinal);
        told = Guids().Replace(told, match => Name(match.Value));
        // A task that names itself not is called by the beginning of its guid.
        foreach (var (guid, name) in names)
        {
            told = told.Replace($"\"{guid[..8]}\"", $"\"{name}, its first 8 digits\"", StringComparison.Ordinal);
        }

        told = Digests().Replace(told, "DIGEST");
        told = Silos().Replace(told, "SILO");
        told = Instants().Replace(told, match => match.Value.Contains('.', StringComparison.Ordinal) ? "INSTANT" : "TIME");
        told = Cursors().Replace(told, "after=CURSOR");
        told = Seconds().Replace(told, "\"vm_uptime\": \"SECONDS\"");
        told = Uptimes().Replace(told, "\"uptime\": \"SECONDS\"");
        told = Cores().Replace(told, "\"cpu\": CORES");
        return Nanos().Replace(told, "NANOS");
    }

    private string Name(string guid)
    {
        if (guid.StartsWith("00000000-", StringComparison.Ordinal))
        {
            return guid;
        }

        if (!names.TryGetValue(guid, out var name))
        {
            names[guid] = name = $"guid-{names.Count + 1}";
        }

        return name;
    }

    private static StringContent? Json(string? body) => body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex Guids();

    [GeneratedRegex(@"[\w.-]+ \([0-9.]+:[0-9]+@[0-9]+\)")]
    private static partial Regex Silos();

    [GeneratedRegex("[0-9a-f]{64}")]
    private static partial Regex Digests();

    [GeneratedRegex(@"2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")]
    private static partial Regex Instants();

    [GeneratedRegex("after=[A-Za-z0-9_-]+")]
    private static partial Regex Cursors();

    [GeneratedRegex(@"""vm_uptime"": ""\d+""")]
    private static partial Regex Seconds();

    [GeneratedRegex(@"""uptime"": \d+")]
    private static partial Regex Uptimes();

    [GeneratedRegex(@"""cpu"": [\d.]+")]
    private static partial Regex Cores();

    [GeneratedRegex(@"\b\d{19}\b")]
    private static partial Regex Nanos();
}

/// <summary>Things that tests need and do not test.</summary>
internal static class Given
{
    public static byte[] Zip(params (string Name, string Text)[] files)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, text) in files)
            {
                using var entry = new StreamWriter(zip.CreateEntry(name).Open());
                entry.Write(text);
            }
        }

        return bytes.ToArray();
    }

    /// <summary>An app that was pushed: it has the process types web, task and clock.</summary>
    public static async Task<Core.Apps.AppState> App(ApiHost host, [CallerMemberName] string name = "") =>
        await host.Client.Push(name, new MemoryStream(Zip(("Procfile", "web: print web\ntask: print from the template\nclock: wait\n"), ("index.html", "hello"))));

    /// <summary>The body of a task that takes its command from a process.</summary>
    public static string Template(string process) => new JsonObject { ["template"] = new JsonObject { ["process"] = new JsonObject { ["guid"] = process } } }.ToJsonString();

    public static string Text(this JsonNode node, string name) => (string)node[name]!;
}
