using static Granary.Cli.Tests.Answers;

namespace Granary.Cli.Tests;

public sealed class TerminalTests
{
    private const string Name = "bad\\u001b]0;title\\u0007\\u202e\\nname";
    private const string Shown = "bad\\x1b]0;title\\x07\\u202e\\nname";

    [Fact]
    public async Task Names_of_others_cannot_command_a_terminal()
    {
        await using var server = await Server();
        server.On($"GET /v3/apps/{AppGuid}/tasks?order_by=-created_at&per_page=5000", List(Task("RUNNING", name: Name)));

        var piped = await GranaryRun.Run(server.Address, "tasks", "web");
        var shown = await GranaryRun.RunAtTerminal(server.Address, "tasks", "web");

        Assert.Contains(Shown, piped.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b]0;title", shown.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u202e', shown.Output);
    }

    [Fact]
    public async Task Colours_are_for_terminals()
    {
        await using var server = await Server();
        server.On($"GET /v3/apps/{AppGuid}/tasks?order_by=-created_at&per_page=5000", List(Task("FAILED")));

        var piped = await GranaryRun.Run(server.Address, "tasks", "web");
        var shown = await GranaryRun.RunAtTerminal(server.Address, "tasks", "web");

        Assert.DoesNotContain('\u001b', piped.Output);
        Assert.Matches("\u001b\\[[0-9;]+mFAILED\u001b\\[0m", shown.Output);
    }

    [Fact]
    public async Task Without_a_terminal_a_long_cell_is_neither_cut_nor_wrapped()
    {
        await using var server = await Server();
        var name = new string('n', 300);
        server.On($"GET /v3/apps/{AppGuid}/tasks?order_by=-created_at&per_page=5000", List(Task("RUNNING", name: name)));

        var end = await GranaryRun.Run(server.Address, "tasks", "web");

        Assert.Equal(2, end.Output.Count(letter => letter == '\n'));
        Assert.Contains($"3    {name}   RUNNING   2026-11-24T10:00:00Z   bin/migrate --all\n", end.Output, StringComparison.Ordinal);
    }
}
