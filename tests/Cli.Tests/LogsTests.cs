using static Granary.Cli.Tests.Answers;

namespace Granary.Cli.Tests;

public sealed class LogsTests
{
    private static readonly string[] Lines = [Line(1, "one"), Line(2, "two\\u001b[31m\\tred", "ERR")];

    [Fact]
    public async Task Recent_shows_what_there_is()
    {
        await using var server = await Server("RUNNING");
        server.On(Logs, string.Concat(Lines), type: "application/x-ndjson").On($"{Logs}?task={TaskGuid}", Lines[0], type: "application/x-ndjson");
        var transcript = new Transcript(server);

        await transcript.Run("logs", "web", "--recent", "-o", "json");
        await transcript.Run("logs", "web", "--recent", "--task", "3");

        transcript.Check("logs.txt");
    }

    [Fact]
    public async Task A_program_gets_the_line_as_it_was_written_and_a_terminal_does_not_obey_it()
    {
        await using var server = await Server();
        server.On(Logs, string.Concat(Lines), type: "application/x-ndjson");

        var piped = await GranaryRun.Run(server.Address, "logs", "web", "--recent");
        var shown = await GranaryRun.RunAtTerminal(server.Address, "logs", "web", "--recent");

        Assert.Contains("ERR two\u001b[31m\tred\n", piped.Output, StringComparison.Ordinal);
        Assert.Contains("ERR two\\x1b[31m\tred\r\n", shown.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_that_are_no_text_reach_a_program_as_they_were_written()
    {
        await using var server = await Server();
        server.On(Logs, """{"at_nanos":1000000000,"stream":"OUT","source":"APP/TASK/x","text":"\ufffd!","base64":"/yE="}""" + "\n", type: "application/x-ndjson");

        var end = await GranaryRun.RunInBytes(server.Address, "logs", "web", "--recent");

        Assert.Equal([.. "   1970-01-01T00:00:01.00+0000 [APP/TASK/x/0] OUT "u8, 0xff, (byte)'!', (byte)'\n'], end);
    }

    [Fact]
    public async Task Following_goes_on_after_the_last_line_when_the_server_broke_off()
    {
        await using var server = await Server("RUNNING");
        server.On($"{Logs}?task={TaskGuid}&follow=true", Lines[0], type: "application/x-ndjson", breaksOff: true)
            .On($"{Logs}?task={TaskGuid}&follow=true&from=1000000001", Line(2, "and on"), type: "application/x-ndjson");

        var end = await GranaryRun.Run(server.Address, "logs", "web", "--task", "3");

        Assert.Equal(0, end.Code);
        Assert.Equal("   1970-01-01T00:00:01.00+0000 [APP/TASK/migrate/0] OUT one\n   1970-01-01T00:00:02.00+0000 [APP/TASK/migrate/0] OUT and on\n", end.Output);
        Assert.Contains("going on where it stopped", end.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_ends_when_whoever_read_it_has_gone()
    {
        await using var server = await Server();
        server.On($"{Logs}?follow=true", string.Concat(Enumerable.Repeat(Lines[0], 20_000)), type: "application/x-ndjson");

        using var shell = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("bash", ["-c", $"'{GranaryRun.Executable}' logs web --api {server.Address.GetLeftPart(UriPartial.Authority)} | head -n 1; echo ${{PIPESTATUS[0]}}"]) { RedirectStandardOutput = true })!;
        var output = await shell.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal("   1970-01-01T00:00:01.00+0000 [APP/TASK/migrate/0] OUT one\n1\n", output);
    }

    private static string Line(int second, string text, string stream = "OUT") =>
        $$"""{"at_nanos":{{second}}000000000,"task":"{{TaskGuid}}","attempt":1,"stream":"{{stream}}","source":"APP/TASK/migrate","text":"{{text}}"}""" + "\n";
}
