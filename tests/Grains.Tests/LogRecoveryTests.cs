using System.Globalization;
using Granary.Core.Runtime;
using Granary.Core.Tasks;
using Granary.Grains.Ports;
using Granary.Grains.Tests.Worlds;
using Granary.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Grains.Tests;

/// <summary>What a task writes while nobody stores it: the silo is dead, the engine cut off, or the database away.</summary>
public sealed class LogRecoveryTests : IAsyncLifetime
{
    private const string Marker = "1 or more lines missing: the engine's copy of the output does not reach back to the last line that was stored";

    private World world = null!;

    public async Task InitializeAsync() => world = await World.Begin();

    public async Task DisposeAsync() => await world.DisposeAsync();

    [Theory]
    [InlineData(150, "line {0}")]
    [InlineData(150, "the same")]
    [InlineData(210, "line {0}")]
    [InlineData(210, "the same")]
    public async Task What_the_engines_copy_still_has_comes_without_gap_or_repeat_although_its_beginning_is_gone(int linesKept, string format)
    {
        var task = await Stored(100, format);

        await world.Kill();
        await world.Let(TimeSpan.FromSeconds(2)); // In a copy without its beginning only instants tell alike lines apart.
        Print(task, 100, 200, format);
        world.Engine.Outrun(World.Attempt(task), linesKept);
        await world.StartSilo();
        await Ends(task);

        Assert.Equal([.. Texts(0, 200, format), "Exit status 0"], await world.LogOf(task));
    }

    [Fact]
    public async Task What_the_engines_copy_has_no_more_leaves_one_marker_also_after_another_crash()
    {
        var task = await Stored(100, "line {0}");

        await world.Kill();
        Print(task, 100, 300, "line {0}");
        world.Engine.Outrun(World.Attempt(task), 50);
        await world.StartSilo();
        await world.Until(async () => (await world.LogOf(task)).Contains("line 299"), "what is left of the output");
        await world.Kill();
        Print(task, 300, 310, "line {0}");
        await world.StartSilo();
        await Ends(task);

        Assert.Equal([.. Texts(0, 100, "line {0}"), Marker, .. Texts(250, 310, "line {0}"), "Exit status 0"], await world.LogOf(task));
    }

    [Fact]
    public async Task The_marker_is_a_line_of_the_tasks_errors()
    {
        var task = await Stored(1, "line {0}");
        await world.Kill();
        Print(task, 1, 5, "line {0}");
        world.Engine.Outrun(World.Attempt(task), 2);
        await world.StartSilo();
        await Ends(task);

        var lines = await world.Silo.Services.GetRequiredService<ILogStore>().Read(new LogQuery(world.App, task.Value), CancellationToken.None);

        Assert.Equal((OutputStream.Error, 2L, lines[0].Source), (lines[1].Stream, lines[1].Sequence, lines[1].Source));
        Assert.Equal(Enumerable.Range(1, lines.Length).Select(number => (long)number), lines.Select(line => line.Sequence));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_database_that_is_away_for_seconds_loses_and_repeats_nothing(bool crashes)
    {
        var task = await Stored(10, "line {0}");

        world.Silo.Fate.DatabaseIsAway = true;
        for (var line = 10; line < 60; line += 10)
        {
            Print(task, line, line + 10, "line {0}");
            await world.Let(TimeSpan.FromSeconds(1));
        }

        if (crashes)
        {
            await world.Restart();
        }
        else
        {
            world.Silo.Fate.DatabaseIsAway = false;
        }

        Print(task, 60, 70, "line {0}");
        await Ends(task);

        Assert.Equal([.. Texts(0, 70, "line {0}"), "Exit status 0"], await world.LogOf(task));
    }

    /// <summary>The lines were stored, and whoever stored them does not know; or they were not.</summary>
    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public async Task An_append_whose_answer_is_lost_is_neither_repeated_nor_left_out(bool afterEffect, bool dies)
    {
        var task = await Stored(3, "line {0}");

        if (dies)
        {
            world.Silo.Fate.DieAt("log", afterEffect);
        }
        else
        {
            world.Silo.Fate.Fail("log", afterEffect);
        }

        Print(task, 3, 6, "line {0}");
        if (dies)
        {
            await world.Until(() => world.Silo.Fate.Died.IsCompleted, "the death while lines were stored");
            await world.Restart();
        }

        await Ends(task);

        Assert.Equal([.. Texts(0, 6, "line {0}"), "Exit status 0"], await world.LogOf(task));
    }

    [Fact]
    public async Task An_engine_that_was_only_cut_off_leaves_the_log_whole_and_says_nothing()
    {
        var task = await Stored(3, "line {0}");

        world.Engine.GoAway(Departure.CutOff);
        Print(task, 3, 6, "line {0}");
        world.Engine.Finish(World.Attempt(task));
        await world.Let(TimeSpan.FromSeconds(5));
        world.Engine.ComeBack(sameProcess: true);
        await world.Ended(task);

        Assert.Equal([.. Texts(0, 6, "line {0}"), "Exit status 0"], await world.LogOf(task));
    }

    [Fact]
    public async Task An_output_that_breaks_off_alone_is_taken_up_again_while_the_process_runs()
    {
        var task = await Stored(3, "line {0}");

        world.Engine.BreakOutput();
        Print(task, 3, 6, "line {0}");
        await world.Until(async () => (await world.LogOf(task)).Contains("line 5"), "the lines after the break");
        await Ends(task);

        Assert.Equal([.. Texts(0, 6, "line {0}"), "Exit status 0"], await world.LogOf(task));
    }

    [Fact]
    public async Task A_process_that_lived_through_its_engines_restart_has_a_whole_log()
    {
        var task = await Stored(3, "line {0}");

        world.Engine.GoAway(Departure.Killed);
        await world.Let(TimeSpan.FromSeconds(5));
        world.Engine.ComeBack(liveRestore: true);
        await world.Until(async () => (await world.Placement.Cells())[0] is { EngineUp: true }, "the engine's return");
        Print(task, 3, 6, "line {0}");
        await Ends(task);

        Assert.Equal([.. Texts(0, 6, "line {0}"), "Exit status 0"], await world.LogOf(task));
    }

    [Fact]
    public async Task A_process_that_ended_while_its_engine_was_down_may_have_said_more()
    {
        var task = await Stored(3, "line {0}");
        await world.Let(TimeSpan.FromSeconds(2));
        world.Engine.GoAway(Departure.Killed);
        await world.Let(TimeSpan.FromSeconds(5));
        world.Engine.Finish(World.Attempt(task), 5);
        await world.Let(TimeSpan.FromSeconds(5));

        world.Engine.ComeBack();
        await world.Ended(task);

        Assert.Equal([.. Texts(0, 3, "line {0}"), "Exit status 5 (its engine was down when it ended: output may be missing)"], await world.LogOf(task));
    }

    private static IEnumerable<string> Texts(int from, int until, string format) =>
        Enumerable.Range(from, until - from).Select(line => string.Format(CultureInfo.InvariantCulture, format, line));

    /// <summary>A running task whose first lines are stored.</summary>
    private async Task<TaskId> Stored(int lines, string format)
    {
        var task = await world.Running("wait");
        Print(task, 0, lines, format);
        await world.Until(async () => (await world.LogOf(task)).Count() == lines, "the first lines in the store");
        return task;
    }

    private void Print(TaskId task, int from, int until, string format)
    {
        foreach (var text in Texts(from, until, format))
        {
            world.Engine.Print(World.Attempt(task), OutputStream.Out, text);
        }
    }

    private async Task Ends(TaskId task)
    {
        world.Engine.Finish(World.Attempt(task));
        await world.Ended(task);
    }
}
