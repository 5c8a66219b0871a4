using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Granary.Api.Tests;

/// <summary>Requests with their bodies, and the one error of an answer.</summary>
internal static class Bodies
{
    public static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");

    /// <summary>As cf sends manifests.</summary>
    public static StringContent Yaml(string manifest) => new(manifest, Encoding.UTF8, "application/x-yaml");

    /// <summary>As cf uploads.</summary>
    public static MultipartFormDataContent Upload(byte[] bits, string? resources = "[]") => Upload(new ByteArrayContent(bits), resources);

    public static MultipartFormDataContent Upload(HttpContent bits, string? resources = "[]")
    {
        var form = new MultipartFormDataContent();
        if (resources is not null)
        {
            form.Add(new StringContent(resources), "resources");
        }

        bits.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        form.Add(bits, "bits", "package.zip");
        return form;
    }

    public static async Task<HttpResponseMessage> Send(this HttpClient client, HttpMethod method, string path, HttpContent? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        return await client.SendAsync(request);
    }

    /// <summary>What is answered to a GET, if that is well.</summary>
    public static async Task<string> Text(this HttpClient client, string path)
    {
        using var answer = await client.Send(HttpMethod.Get, path);
        return await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync();
    }

    public static async Task<JsonNode> Error(HttpResponseMessage response) =>
        Assert.Single(JsonNode.Parse(await response.Content.ReadAsStringAsync())!["errors"]!.AsArray())!;
}
