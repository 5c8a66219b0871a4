using System.Net;
using System.Text.Json;
using Granary.Core.Apps;

namespace Granary.Product.Tests;

/// <summary>Packages and their bits, as a client of the API has them.</summary>
internal static class Uploads
{
    /// <summary>The path of a package that awaits its bits.</summary>
    public static async Task<string> NewPackage(this SiloProcess silo)
    {
        var app = await silo.Client.CreateApp($"uploads-{Guid.NewGuid():N}");
        return $"/v3/packages/{(await silo.Client.CreatePackage(app.Id, Lifecycle.Bits)).Id}";
    }

    public static async Task<HttpResponseMessage> Upload(this HttpClient http, string path, HttpContent bits, bool chunked = false, CancellationToken cancellation = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{path}/upload") { Content = new MultipartFormDataContent { { bits, "bits", "app.zip" } } };
        request.Headers.ExpectContinue = true; // The answer may come before the body, which is then not sent.
        request.Headers.TransferEncodingChunked = chunked;
        return await http.SendAsync(request, cancellation);
    }

    public static async Task<(string? State, string? Error)> State(this HttpClient http, string path)
    {
        using var package = JsonDocument.Parse(await http.GetStringAsync(new Uri(path, UriKind.Relative)));
        return (package.RootElement.GetProperty("state").GetString(), package.RootElement.GetProperty("data").GetProperty("error").GetString());
    }

    /// <summary>Every file of bits that the silo keeps, whole or in part.</summary>
    public static string[] Blobs(this SiloProcess silo) => Directory.GetFiles(Path.Combine(silo.Folder, "blobs"), "*", SearchOption.AllDirectories);
}

/// <summary>As many zeros.</summary>
internal sealed class Zeros(long length) : HttpContent
{
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        var block = new byte[1 << 20];
        for (var left = length; left > 0; left -= block.Length)
        {
            await stream.WriteAsync(block.AsMemory(0, (int)Math.Min(left, block.Length)));
        }
    }

    protected override bool TryComputeLength(out long computed)
    {
        computed = length;
        return true;
    }
}
