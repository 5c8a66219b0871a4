using Granary.Core.Apps;
using Granary.Core.Tasks;
using Granary.Testing;

namespace Granary.Product.Tests;

/// <summary>A silo whose cell is of an isolation segment.</summary>
public sealed class SegmentTests
{
    [Fact]
    public async Task A_cell_takes_what_belongs_to_its_segment_and_the_rest_waits_and_says_why()
    {
        await using var engine = await PrivateEngine.StartAsync("segment");
        await engine.LoadBusybox();
        await using var silo = await SiloProcess.Up("segment-silo", engine.SocketUri, "--segment", "Secure");
        var app = await silo.BusyboxApp();
        var shared = await silo.Run(app, "true");

        var segment = (await silo.Ask(HttpMethod.Post, "/v3/isolation_segments", new { name = "secure" }))["guid"]!.GetValue<string>();
        await silo.Ask(HttpMethod.Post, $"/v3/isolation_segments/{segment}/relationships/organizations", new { data = new[] { new { guid = Home.Organization } } });
        await silo.Ask(HttpMethod.Patch, $"/v3/spaces/{Home.Space}/relationships/isolation_segment", new { data = new { guid = segment } });
        var secure = await silo.End(await silo.Run(app, "true"));

        Assert.Equal((TaskPhase.Succeeded, 1, "secure"), (secure.Phase, secure.Attempt, secure.Spec!.Segment));
        Assert.Equal((TaskPhase.Pending, 0), await silo.Client.FindTask(shared.Id) is { } waiting ? (waiting.Phase, waiting.Attempt) : default);
        Assert.Equal("no known cell is of the shared isolation segment", await silo.Client.WhyWaiting(shared.Id));
        Assert.Equal("Secure", (await silo.Ask(HttpMethod.Get, "/api/cells"))["resources"]![0]!["isolation_segment"]!.GetValue<string>());
        await silo.Client.Cancel(shared.Id);
        await silo.LeavesNothing();
    }
}
