using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Granary.Core.Apps;
using Granary.Core.Tasks;
using Granary.Testing;

namespace Granary.Product.Tests;

/// <summary>A silo whose cell is of an isolation segment.</summary>
public sealed class SegmentTests : IDisposable
{
    private readonly HttpClient http = new();

    public void Dispose() => http.Dispose();

    [Fact]
    public async Task A_cell_takes_what_belongs_to_its_segment_and_the_rest_waits_and_says_why()
    {
        await using var engine = await PrivateEngine.StartAsync("segment");
        await engine.LoadBusybox();
        await using var silo = await SiloProcess.Up("segment-silo", engine.SocketUri, "--segment", "Secure");
        http.BaseAddress = silo.Api;
        var app = await silo.BusyboxApp();
        var shared = await silo.Run(app, "true");

        var segment = (await Ask(HttpMethod.Post, "/v3/isolation_segments", new { name = "secure" }))["guid"]!.GetValue<string>();
        await Ask(HttpMethod.Post, $"/v3/isolation_segments/{segment}/relationships/organizations", new { data = new[] { new { guid = Home.Organization } } });
        await Ask(HttpMethod.Patch, $"/v3/spaces/{Home.Space}/relationships/isolation_segment", new { data = new { guid = segment } });
        var secure = await silo.End(await silo.Run(app, "true"));

        Assert.Equal((TaskPhase.Succeeded, 1, "secure"), (secure.Phase, secure.Attempt, secure.Spec!.Segment));
        Assert.Equal((TaskPhase.Pending, 0), await silo.Client.FindTask(shared.Id) is { } waiting ? (waiting.Phase, waiting.Attempt) : default);
        Assert.Equal("no known cell is of the shared isolation segment", await silo.Client.WhyWaiting(shared.Id));
        Assert.Equal("Secure", JsonNode.Parse(await http.GetStringAsync(new Uri("/api/cells", UriKind.Relative)))!["resources"]![0]!["isolation_segment"]!.GetValue<string>());
        await silo.Client.Cancel(shared.Id);
        await silo.LeavesNothing();
    }

    private async Task<JsonNode> Ask(HttpMethod method, string path, object body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = JsonContent.Create(body) };
        using var answer = await http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{method} {path}: {text}");
        return JsonNode.Parse(text)!;
    }
}
