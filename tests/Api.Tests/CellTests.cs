using Granary.Core.Cells;

namespace Granary.Api.Tests;

/// <summary>Drains, on a host of its own: its only cell takes nothing meanwhile.</summary>
public sealed class CellTests(ApiHost host) : IClassFixture<ApiHost>
{
    private static readonly CellId Cell = new("cell-1");

    [Fact]
    public async Task A_cell_is_drained_and_takes_tasks_again()
    {
        var talk = new Conversation(host);
        await Until("up");

        await talk.Post("/api/cells/cell-1/actions/drain", """{"deadline_in_seconds":60,"reason":"a new disk"}""");
        await Until("drained");
        await talk.Get("/api/cells/cell-1");
        await talk.Post("/api/cells/cell-1/actions/drain", "{}");
        await talk.Post("/api/cells/cell-1/actions/uncordon");
        await Until("up");
        await talk.Get("/api/cells/cell-1");
        await talk.Post("/api/cells/cell-1/actions/uncordon");

        talk.Check();
    }

    [Fact]
    public async Task A_drain_that_makes_no_sense_is_refused_and_nothing_is_ordered()
    {
        var talk = new Conversation(host);

        await talk.Get("/api/cells/cell-9");
        await talk.Post("/api/cells/cell-9/actions/drain", "{}");
        await talk.Post("/api/cells/cell-9/actions/uncordon");
        await talk.Post("/api/cells/cell-1/actions/drain", """{"deadline_in_seconds":-1}""");
        await talk.Post("/api/cells/cell-1/actions/drain", """{"deadline_in_seconds":604801}""");
        await talk.Post("/api/cells/cell-1/actions/drain", """{"deadline_in_seconds":"soon","reason":"","force":true}""");
        await talk.Post("/api/cells/cell-1/actions/drain", """{"reason":"a\u001b[31m"}""");

        talk.Check();
        Assert.Equal(DrainPhase.Open, (await host.Client.FindCell(Cell))!.Drain.Phase);
    }

    private async Task Until(string state)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while ((await host.Client.FindCell(Cell, limit.Token))?.State != state)
        {
            await Task.Delay(20, limit.Token);
        }
    }
}
