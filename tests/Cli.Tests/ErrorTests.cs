using static Granary.Cli.Tests.Answers;

namespace Granary.Cli.Tests;

/// <summary>Every way to fail says on standard error what to do, and leaves standard output to results.</summary>
public sealed class ErrorTests
{
    [Theory]
    [InlineData("apps")]
    [InlineData("app", "web")]
    [InlineData("tasks", "web")]
    [InlineData("task", "web", "1")]
    [InlineData("run-task", "web", "-c", "true")]
    [InlineData("terminate-task", "web", "1")]
    [InlineData("logs", "web", "--patience", "1s")]
    [InlineData("env", "web")]
    [InlineData("cells")]
    [InlineData("curl", "/")]
    public async Task Without_a_server_it_says_how_to_start_one(params string[] arguments)
    {
        // Nothing can listen on port 1: it is reserved, and below what an unprivileged program may take.
        var end = await GranaryRun.Run(null, [.. arguments, "--api", "http://127.0.0.1:1"]);

        Assert.Equal(1, end.Code);
        Assert.Equal("Nothing answers at http://127.0.0.1:1: start Granary with 'granary up', or name another address with --api or GRANARY_API.\n", end.Errors);
        Assert.Equal("", end.Output);
    }

    [Theory]
    [InlineData("app", "nobody")]
    [InlineData("tasks", "nobody")]
    [InlineData("task", "nobody", "1")]
    [InlineData("run-task", "nobody", "-c", "true")]
    [InlineData("terminate-task", "nobody", "1")]
    [InlineData("logs", "nobody")]
    [InlineData("env", "nobody")]
    [InlineData("set-env", "nobody", "A", "b")]
    [InlineData("unset-env", "nobody", "A")]
    public async Task An_unknown_app_is_named(params string[] arguments)
    {
        await using var server = await Server();

        var end = await GranaryRun.Run(server.Address, arguments);

        Assert.Equal(new GranaryEnd(1, "", "App 'nobody' not found.\n"), end);
    }

    [Fact]
    public async Task An_unknown_task_is_named()
    {
        await using var server = await Server();
        server.On($"GET /v3/apps/{AppGuid}/tasks?sequence_ids=9", List());

        var end = await GranaryRun.Run(server.Address, "task", "web", "9");

        Assert.Equal(new GranaryEnd(1, "", "Task 9 of app 'web' not found: 'granary tasks' shows which there are.\n"), end);
    }

    [Fact]
    public async Task What_the_server_refuses_is_shown_with_all_its_faults()
    {
        await using var server = await Server();
        server.On(Submit, """{"errors":[{"code":10008,"title":"CF-UnprocessableEntity","detail":"Memory in mb must be greater than 0, name format"},{"code":10008,"title":"CF-UnprocessableEntity","detail":"and\u001b[31m more"}]}""", 422);

        var end = await GranaryRun.Run(server.Address, "run-task", "web", "-c", "true");

        Assert.Equal(new GranaryEnd(1, "", "Memory in mb must be greater than 0, name format\nand\\x1b[31m more\n"), end);
    }

    [Theory]
    [InlineData("""{"title":"Not found","status":404,"detail":"No cell of this name."}""", 404, "No cell of this name.")]
    [InlineData("<html>Bad gateway</html>", 502, "The server answered 502 BadGateway.")]
    [InlineData("[]", 500, "The server answered 500 InternalServerError.")]
    [InlineData("<html>Welcome</html>", 200, "does not answer as Granary does: is something else listening there? Name another address with --api or GRANARY_API.")]
    public async Task Whatever_answers_is_told_in_words(string body, int status, string words)
    {
        await using var server = await ScriptedServer.Start();
        server.On("GET /api/cells", body, status);

        var end = await GranaryRun.Run(server.Address, "cells");

        Assert.Equal((1, ""), (end.Code, end.Output));
        Assert.EndsWith(words + "\n", end.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run-task web -c true -m 64", "'64' is no size: write a whole number above 0 with its unit, one of M, MB, G, GB, for example 64M.")]
    [InlineData("run-task web -c true -k 0M", "'0M' is no size")]
    [InlineData("run-task web -c true -m 1.5G", "'1.5G' is no size")]
    [InlineData("run-task web -c true -m 9999999999G", "'9999999999G' is no size")]
    [InlineData("run-task web -c true -l 16", "'16' is no rate")]
    [InlineData("run-task web -c true --deadline 90", "'90' is no duration")]
    [InlineData("run-task web -c true --retries many", "'many' is no number of attempts: a whole number from 0.")]
    [InlineData("run-task web -c true --network some", "some")]
    [InlineData("run-task web -c true --name a\tb", "A task's name has no line end and no other control character.")]
    [InlineData("run-task", "missing for command")]
    [InlineData("task web 0", "'0' is no task's number")]
    [InlineData("logs web --task -1", "'-1' is no task's number: 'granary tasks APP' shows them.")]
    [InlineData("logs web --task first", "'first' is no task's number: 'granary tasks APP' shows them.")]
    [InlineData("apps -o yaml", "'yaml' is no form of output: table or json.")]
    [InlineData("apps --api localhost:8080", "--api is 'localhost:8080': write an address such as http://127.0.0.1:8080.")]
    [InlineData("apps --timeout 25h", "--timeout is at most 24h.")]
    [InlineData("push web -p . -o image", "--path and --docker-image exclude each other.")]
    [InlineData("nonsense", "Incorrect usage: There is no command or option 'nonsense'.\nSee 'granary --help'.\n")]
    [InlineData("--nonsense", "Incorrect usage: There is no command or option '--nonsense'.\nSee 'granary --help'.\n")]
    [InlineData("apps --nonsense", "'--nonsense'")]
    public async Task A_wrong_line_is_told_before_anything_is_asked(string line, string words)
    {
        await using var server = await Server();

        var end = await GranaryRun.Run(server.Address, line.Split(' '));

        Assert.Equal((2, ""), (end.Code, end.Output));
        Assert.Contains(words, end.Errors, StringComparison.Ordinal);
        Assert.Matches("See 'granary( [a-z-]+)? --help'.\n$", end.Errors);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Who_says_nothing_is_shown_what_there_is()
    {
        var end = await GranaryRun.Run(null);

        Assert.Equal((0, ""), (end.Code, end.Errors));
        Assert.Equal((await GranaryRun.Run(null, "--help")).Output, end.Output);
    }

    [Fact]
    public async Task A_server_that_hangs_is_given_up()
    {
        using var silent = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        silent.Start();

        var end = await GranaryRun.Run(null, "apps", "--timeout", "1s", "--api", $"http://{silent.LocalEndpoint}");

        Assert.Equal(new GranaryEnd(1, "", $"http://{silent.LocalEndpoint} did not answer within 1 s: see its log, or wait longer with --timeout.\n"), end);
    }

    [Fact]
    public async Task The_demo_is_run_by_the_script()
    {
        var end = await GranaryRun.Run(null, "demo");

        Assert.Equal(new GranaryEnd(1, "", "The demo belongs to a clone of the repository: run './granary demo' there.\n"), end);
    }

    [Fact]
    public async Task Help_names_the_command_as_people_call_it()
    {
        var end = await GranaryRun.Run(null, "run-task", "--help");

        Assert.Equal((0, ""), (end.Code, end.Errors));
        Assert.Contains("granary run-task <APP> [options]", end.Output.Replace("<app>", "<APP>", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("Granary.Cli", end.Output, StringComparison.Ordinal);
    }
}
