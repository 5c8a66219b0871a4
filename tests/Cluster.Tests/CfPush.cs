using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Granary.Testing;

namespace Granary.Cluster.Tests;

/// <summary>A push as cf makes it, at one silo and with a token. Each command is tried once: whoever pushes repeats the push.</summary>
internal sealed class CfPush(LocalSilo silo, string token) : IDisposable
{
    private readonly HttpClient http = new() { BaseAddress = silo.Http, DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("bearer", token) } };

    private string app = "";
    private string package = "";
    private string droplet = "";

    /// <summary>How many commands make a push.</summary>
    public const int Commands = 5;

    /// <summary>Asks one silo for a token: for a password, or for an older login's refresh token.</summary>
    public static async Task<(string Access, string Refresh)> Login(LocalSilo silo, params (string Name, string Value)[] grant)
    {
        using var http = new HttpClient { BaseAddress = silo.Http, DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String("cf:"u8)) } };
        using var form = new FormUrlEncodedContent(grant.Select(each => KeyValuePair.Create(each.Name, each.Value)));
        using var answer = await http.PostAsync(new Uri("/oauth/token", UriKind.Relative), form);
        var tokens = await Read(answer);
        return (tokens.GetProperty("access_token").GetString()!, tokens.GetProperty("refresh_token").GetString()!);
    }

    /// <summary>The first commands of a push.</summary>
    public async Task Push(string name, string zip, int commands = Commands)
    {
        Func<Task>[] all = [() => ApplyManifest(name), CreatePackage, () => Upload(zip), Build, ChooseDroplet];
        foreach (var command in all.Take(commands))
        {
            await command();
        }
    }

    /// <summary>Runs a task of the app to its end.</summary>
    public async Task<JsonElement> Run(string command)
    {
        var task = Guid(await Post($"/v3/apps/{app}/tasks", JsonContent.Create(new { command, memory_in_mb = 32, disk_in_mb = 64 })));
        return await Until($"/v3/tasks/{task}", "SUCCEEDED", "FAILED");
    }

    public async Task<JsonElement> Get(string path)
    {
        using var answer = await http.GetAsync(new Uri(path, UriKind.Relative));
        return await Read(answer);
    }

    public void Dispose() => http.Dispose();

    private async Task ApplyManifest(string name)
    {
        var space = (await Get("/v3/spaces?names=default")).GetProperty("resources")[0].GetProperty("guid").GetString();
        using var manifest = new StringContent($"applications:\n- name: {name}\n  no-route: true\n", new MediaTypeHeaderValue("application/x-yaml"));
        using var answer = await http.PostAsync(new Uri($"/v3/spaces/{space}/actions/apply_manifest", UriKind.Relative), manifest);
        Assert.True(answer.StatusCode == HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync());
        await Until(answer.Headers.Location!.PathAndQuery, "COMPLETE");
        app = (await Get($"/v3/apps?names={name}")).GetProperty("resources")[0].GetProperty("guid").GetString()!;
    }

    private async Task CreatePackage() =>
        package = Guid(await Post("/v3/packages", JsonContent.Create(new { type = "bits", relationships = new { app = new { data = new { guid = app } } } })));

    private async Task Upload(string zip)
    {
        await using var file = File.OpenRead(zip);
        await Post($"/v3/packages/{package}/upload", new MultipartFormDataContent { { new StringContent("[]"), "resources" }, { new StreamContent(file), "bits", "application.zip" } });
        await Until($"/v3/packages/{package}", "READY");
    }

    private async Task Build()
    {
        var build = Guid(await Post("/v3/builds", JsonContent.Create(new { package = new { guid = package } })));
        droplet = (await Until($"/v3/builds/{build}", "STAGED")).GetProperty("droplet").GetProperty("guid").GetString()!;
    }

    private async Task ChooseDroplet()
    {
        using var body = JsonContent.Create(new { data = new { guid = droplet } });
        using var answer = await http.PatchAsync(new Uri($"/v3/apps/{app}/relationships/current_droplet", UriKind.Relative), body);
        await Read(answer);
    }

    private async Task<JsonElement> Until(string path, params string[] states)
    {
        var last = default(JsonElement);
        await Waiting.Until(
            async () =>
            {
                last = await Get(path);
                return states.Contains(last.GetProperty("state").GetString());
            },
            $"{path}: {string.Join(" or ", states)}",
            ClusterClient.WaitMax,
            () => last.ToString());
        return last;
    }

    private async Task<JsonElement> Post(string path, HttpContent body)
    {
        using (body)
        {
            using var answer = await http.PostAsync(new Uri(path, UriKind.Relative), body);
            return await Read(answer);
        }
    }

    private static string Guid(JsonElement resource) => resource.GetProperty("guid").GetString()!;

    /// <summary>The answer's body; any other answer than a good one ends the push.</summary>
    private static async Task<JsonElement> Read(HttpResponseMessage answer)
    {
        var body = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? JsonDocument.Parse(body).RootElement : throw new HttpRequestException($"{answer.RequestMessage?.RequestUri}: {body}", null, answer.StatusCode);
    }
}
