namespace Granary.Cli.Tests;

public sealed class DrainTests
{
    private const string Order = "POST /api/cells/cell-2/actions/drain";
    private const string Ask = "GET /api/cells/cell-2";

    [Fact]
    public async Task It_shows_what_is_left_and_ends_with_the_drain()
    {
        await using var server = await ScriptedServer.Start();
        server.On(Order, $$"""{"cell":{{Cell("draining", 2)}},"warnings":["No other cell takes anything: all of it waits."]}""")
            .On(Ask, Cell("draining", 2))
            .On(Ask, Cell("draining", 2))
            .On(Ask, Cell("draining", 1, "its engine does not answer"))
            .On(Ask, Cell("drained", 0));
        var transcript = new Transcript(server);

        await transcript.Run("drain", "cell-2", "--deadline", "90s", "--reason", "a new disk");

        transcript.Check("drain.txt");
    }

    [Fact]
    public async Task It_need_not_wait_and_speaks_to_programs()
    {
        await using var server = await ScriptedServer.Start();
        server.On(Order, $$"""{"cell":{{Cell("draining", 2)}},"warnings":[]}""").On("POST /api/cells/cell-2/actions/uncordon", Cell("open", 2)).On(Ask, Cell("drained", 0));
        var transcript = new Transcript(server);

        await transcript.Run("drain", "cell-2", "--no-wait");
        await transcript.Run("drain", "cell-2", "-o", "json");
        await transcript.Run("uncordon", "cell-2");
        await transcript.Run("drain", "cell-9");
        await transcript.Run("drain", "cell-2", "--deadline", "soon");

        transcript.Check("drain-no-wait.txt");
    }

    [Fact]
    public async Task One_that_somebody_else_takes_back_has_not_come_about()
    {
        await using var server = await ScriptedServer.Start();
        server.On(Order, $$"""{"cell":{{Cell("draining", 2)}},"warnings":[]}""").On(Ask, Cell("open", 2));

        var end = await GranaryRun.Run(server.Address, "drain", "cell-2");

        Assert.Equal(new GranaryEnd(1, "", "cell-2 was uncordoned: it takes what comes.\n"), end);
    }

    [Fact]
    public async Task A_cell_that_nobody_serves_is_not_waited_for_long_after_the_deadline()
    {
        await using var server = await ScriptedServer.Start();
        var late = Cell("draining", 2, "nothing was heard of it for 600 s").Replace("2099-", "2025-", StringComparison.Ordinal);
        server.On(Order, $$"""{"cell":{{late}},"warnings":[]}""").On(Ask, late);

        var end = await GranaryRun.Run(server.Address, "drain", "cell-2");

        Assert.Equal(new GranaryEnd(1, "", "cell-2 is not drained 2 min after its deadline (nothing was heard of it for 600 s). The drain goes on.\n"), end);
    }

    [Fact]
    public async Task Ctrl_C_leaves_the_drain_going_and_says_so()
    {
        await using var server = await ScriptedServer.Start();
        server.On(Order, $$"""{"cell":{{Cell("draining", 2)}},"warnings":[]}""").On(Ask, Cell("draining", 2));
        using var run = GranaryRun.Start(server.Address, "drain", "cell-2");
        await run.Says("2 attempts are left");

        run.Interrupt();
        var end = await run.End();

        Assert.Equal(130, end.Code);
        Assert.Contains("Not waiting any longer; the drain goes on. 'granary cells' tells how it goes, 'granary uncordon cell-2' ends it.\n", end.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(server.Requests, each => each.Line.Contains("uncordon", StringComparison.Ordinal));
    }

    private static string Cell(string drain, int attempts, string state = "up") =>
        $$"""{"drain":{"state":"{{drain}}","since":"2026-11-24T10:00:00Z","deadline_at":{{(drain == "draining" ? "\"2099-11-24T10:10:00Z\"" : "null")}},"why":"a new disk"},"name":"cell-2","state":"{{state}}","attempts":{{attempts}} }""";
}
