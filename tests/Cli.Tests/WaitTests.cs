using static Granary.Cli.Tests.Answers;

namespace Granary.Cli.Tests;

public sealed class WaitTests
{
    [Fact]
    public async Task A_task_that_succeeds_ends_the_wait_with_0()
    {
        await using var server = await Server("SUCCEEDED");
        var transcript = new Transcript(server);

        await transcript.Run("run-task", "web", "-c", "true", "--wait");
        await transcript.Run("run-task", "web", "-c", "true", "-w", "-o", "json");

        transcript.Check("wait-succeeded.txt");
    }

    [Fact]
    public async Task A_task_that_fails_ends_the_wait_with_1_and_its_reason()
    {
        await using var server = await Server("FAILED");
        var transcript = new Transcript(server);

        await transcript.Run("run-task", "web", "-c", "exit 3", "--wait");
        await transcript.Run("run-task", "web", "-c", "exit 3", "--wait", "-o", "json");

        transcript.Check("wait-failed.txt");
    }

    [Fact]
    public async Task On_the_way_it_tells_why_the_task_waits_and_where_it_runs()
    {
        await using var server = await Server();
        server.On(Submit, Task("PENDING"), 202)
            .On(Wait, Task("PENDING", ""","why_waiting":"no cell has 8 MB of memory free" """))
            .On(Wait, Task("RUNNING", ""","cell":"cell-1" """))
            .On(Wait, Task("SUCCEEDED"))
            .On($"GET /v3/tasks/{TaskGuid}", Task("SUCCEEDED"));

        var end = await GranaryRun.Run(server.Address, "run-task", "web", "-c", "true", "--wait");

        Assert.Equal(0, end.Code);
        Assert.Contains("The task is PENDING: no cell has 8 MB of memory free\nThe task is RUNNING on cell-1\n", end.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ctrl_C_leaves_the_task_and_says_so()
    {
        await using var server = await Server("RUNNING");
        using var run = GranaryRun.Start(server.Address, "run-task", "web", "-c", "sleep 1000", "--wait");
        await run.Says("The task is RUNNING");

        run.Interrupt();
        var end = await run.End();

        Assert.Equal(130, end.Code);
        Assert.Contains("Not waiting any longer; the task goes on. 'granary task web 3' tells how it goes, 'granary terminate-task web 3' stops it.\n", end.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(server.Requests, each => each.Line.Contains("cancel", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_wait_outlives_a_server_that_is_away_for_a_while()
    {
        await using var server = await Server();
        const string away = """{"errors":[{"code":10015,"title":"CF-ServiceUnavailable","detail":"The database does not answer."}]}""";
        server.On(Submit, Task("PENDING"), 202).On(Wait, away, 503).On(Wait, away, 503).On(Wait, Task("SUCCEEDED")).On($"GET /v3/tasks/{TaskGuid}", Task("SUCCEEDED"));

        var end = await GranaryRun.Run(server.Address, "run-task", "web", "-c", "true", "--wait");

        Assert.Equal(0, end.Code);
        Assert.Contains("The server is away, trying for 60 s: The database does not answer.\n", end.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_stays_away_ends_the_wait_but_not_the_task()
    {
        var server = await Server("RUNNING");
        using var run = GranaryRun.Start(server.Address, "run-task", "web", "-c", "sleep 1000", "--wait", "--patience", "1s");
        await run.Says("The task is RUNNING");

        await server.DisposeAsync();
        var end = await run.End();

        Assert.Equal(1, end.Code);
        Assert.Contains("The task was submitted and its end is not known: 'granary task web 3' tells it when the server is back.\n", end.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_submit_that_got_no_answer_is_repeated_under_the_same_guid()
    {
        await using var server = await Server();
        server.On(Submit, "{", 202, breaksOff: true).On(Submit, Task("PENDING"), 202);

        var end = await GranaryRun.Run(server.Address, "run-task", "web", "-c", "true");

        Assert.Equal(0, end.Code);
        var bodies = server.Requests.Where(each => each.Line == Submit).Select(each => System.Text.Encoding.UTF8.GetString(each.Body)).ToArray();
        Assert.Equal(2, bodies.Length);
        Assert.Matches("\"guid\":\"[0-9a-f-]{36}\"", bodies[0]);
        Assert.Equal(bodies[0], bodies[1]);
    }
}
