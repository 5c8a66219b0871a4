using System.Diagnostics;
using System.Globalization;
using Granary.Testing;

namespace Granary.Deploy.Tests;

/// <summary>The demo as a newcomer runs it: './granary demo', with a real engine.</summary>
[Collection(SharedEngine.Collection)]
public sealed class DemoTests(SharedEngine shared)
{
    private const string Sentence = "OUT The sample task ran to its end.";

    /// <summary>For a second run; the first one may have to build Granary and to install an engine.</summary>
    private static readonly TimeSpan SecondRunMax = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task It_shows_a_whole_life_and_a_second_run_is_quick()
    {
        var state = await TestState.FolderFor("demo");

        var first = await Run(state, engine: null);
        var since = TimeProvider.System.GetTimestamp();
        var second = await Run(state, engine: null);
        var took = TimeProvider.System.GetElapsedTime(since);

        AssertWhole(first);
        AssertWhole(second);
        AssertStopped(state);
        Assert.True(took < SecondRunMax, $"The second run took {took}:\n{second.Text}");
    }

    [Fact]
    [Trait("Length", "Long")]
    public async Task Two_demos_on_one_engine_do_not_meet()
    {
        var (one, two) = (await TestState.FolderFor("demo1"), await TestState.FolderFor("demo2"));

        var ends = await Task.WhenAll(Run(one, shared.SocketUri), Run(two, shared.SocketUri));

        Assert.All(ends, each => AssertWhole(each));
        AssertStopped(one);
        AssertStopped(two);
        // The engine is not theirs: it is still up, and free for a cell.
        Assert.DoesNotContain("granary-identity", await Docker.Run(shared.SocketUri, "volume", "ls", "--quiet"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_engine_that_is_somebodys_cell_is_left_alone()
    {
        var state = await TestState.FolderFor("demo5");
        await using var engine = await PrivateEngine.StartAsync("cell5", new(Network: false));
        await Docker.Run(engine.SocketUri, "volume", "create", "--label=granary.identity=cell-1/0123", "granary-identity");

        var end = await Run(state, engine.SocketUri);

        AssertWhole(end);
        Assert.Contains("this engine is the cell 'cell-1' of another silo, starting a private one", end.Errors, StringComparison.Ordinal);
        Assert.Equal("", await Docker.Run(engine.SocketUri, "image", "ls", "--quiet"));
        AssertStopped(state);
    }

    [Fact]
    public async Task Interrupted_it_stops_what_it_started()
    {
        var state = await TestState.FolderFor("demo3");

        var end = await Disturbed(state, demo => Signal.Interrupt.To(demo.Id));

        Assert.True(end.Code == 130, end.Text);
        Assert.Contains($"ended early; everything that was started is stopped (the silo's log: {state}/silo.log)", end.Errors, StringComparison.Ordinal);
        AssertStopped(state);
    }

    [Fact]
    public async Task A_silo_that_is_killed_under_it_is_told_and_nothing_is_left_running()
    {
        var state = await TestState.FolderFor("demo6");

        var end = await Disturbed(state, _ => Signal.Kill.To(int.Parse(File.ReadAllText(Path.Combine(state, "silo.pid")), CultureInfo.InvariantCulture)));

        Assert.True(end.Code == 1, end.Text);
        Assert.Contains("demo: the silo ended in the midst of this, perhaps because somebody killed it; its last words:\n", end.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("Killed", end.Errors, StringComparison.Ordinal);
        Assert.Contains("demo: ended early; everything that was started is stopped", end.Errors, StringComparison.Ordinal);
        AssertStopped(state);
    }

    [Fact]
    public async Task A_task_that_fails_is_told_with_its_story_and_nothing_is_left_running()
    {
        var state = await TestState.FolderFor("demo4");
        var end = await Run(state, shared.SocketUri, ("GRANARY_STACK", "granary/nowhere:missing"));

        Assert.Equal(1, end.Code);
        Assert.Contains("demo: the task has failed\n", end.Errors, StringComparison.Ordinal);
        Assert.Matches("state: +FAILED\n", end.Output);
        Assert.Contains("granary/nowhere:missing", end.Output, StringComparison.Ordinal);
        AssertStopped(state);
    }

    private static void AssertWhole(DemoEnd end)
    {
        Assert.True(end.Code == 0, end.Text);
        Assert.Contains("$ ./granary run-task training-app -m 8M -k 64M --name sample-task --command tasks/sample-task.sh\n", end.Text, StringComparison.Ordinal);
        Assert.Matches("\n[0-9]+ +sample-task +SUCCEEDED ", end.Text);
        Assert.Contains(Sentence, end.Text, StringComparison.Ordinal);
        // The head of the list of containers, and no container below it.
        Assert.Matches("CONTAINER ID[^\n]*NAMES\n$", end.Output);
        Assert.Matches("demo: done in [0-9]+ s; everything that was started is stopped", end.Text);
    }

    /// <summary>A demo whose task waits, because its cell has too little memory, until it is disturbed.</summary>
    private async Task<DemoEnd> Disturbed(string state, Action<Process> disturb)
    {
        using var demo = Start(state, shared.SocketUri, ("GRANARY_MEMORYMB", "4"));
        var errors = demo.StandardError.ReadToEndAsync();
        var text = new List<string>();
        while (await demo.StandardOutput.ReadLineAsync().WaitAsync(Script.DurationMax) is { } line)
        {
            text.Add(line);
            if (line.Contains("   PENDING   ", StringComparison.Ordinal))
            {
                disturb(demo);
            }
        }

        await demo.WaitForExitAsync().WaitAsync(Script.DurationMax);
        return new DemoEnd(demo.ExitCode, string.Join('\n', text), await errors);
    }

    private static void AssertStopped(string state)
    {
        Assert.False(Directory.Exists($"/proc/{File.ReadAllText(Path.Combine(state, "silo.pid")).Trim()}"), "The silo lives.");
        var engine = Path.Combine(state, "engine", "pid");
        Assert.False(File.Exists(engine) && Directory.Exists($"/proc/{File.ReadAllText(engine).Trim()}"), "The private engine lives.");
    }

    private static async Task<DemoEnd> Run(string state, string? engine, params (string Name, string Value)[] variables)
    {
        using var demo = Start(state, engine, variables);
        var output = demo.StandardOutput.ReadToEndAsync();
        var errors = demo.StandardError.ReadToEndAsync();
        await demo.WaitForExitAsync().WaitAsync(Script.DurationMax);
        return new DemoEnd(demo.ExitCode, await output, await errors);
    }

    private static Process Start(string state, string? engine, params (string Name, string Value)[] variables)
    {
        var start = new ProcessStartInfo(Repository.PathOf("granary"), ["demo"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["GRANARY_DEMO_STATE"] = state;
        start.Environment.Remove("DOCKER_HOST");
        if (engine is not null)
        {
            start.Environment["DOCKER_HOST"] = engine;
        }

        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        var demo = Process.Start(start)!;
        demo.StandardInput.Close();
        return demo;
    }

    private sealed record DemoEnd(int Code, string Output, string Errors)
    {
        public string Text => $"{Output}\n{Errors}";
    }
}
