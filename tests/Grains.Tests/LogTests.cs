using Granary.Core.Runtime;
using Granary.Core.Tasks;
using Granary.Grains.Tests.Worlds;

namespace Granary.Grains.Tests;

/// <summary>What a task writes, on its way into the log store.</summary>
public sealed class LogTests : IAsyncLifetime
{
    private World world = null!;

    public async Task InitializeAsync() => world = await World.Begin();

    public async Task DisposeAsync() => await world.DisposeAsync();

    [Fact]
    public async Task Lines_are_stored_while_the_task_runs_and_the_exit_line_is_the_last()
    {
        var task = await world.Running("print one; printerr two; wait");
        await world.Until(async () => (await world.LogOf(task)).Count() == 2, "both lines of the running task");
        world.Engine.Print(World.Attempt(task), OutputStream.Out, "three");
        world.Engine.Finish(World.Attempt(task), 3);
        await world.Ended(task);

        Assert.Equal(["one", "two", "three", "Exit status 3"], await world.LogOf(task));
    }

    [Fact]
    public async Task Output_beyond_the_rate_is_dropped_with_one_notice_in_each_second()
    {
        var task = await world.Running("wait", submission => submission with { LogBytesPerSecond = 10 });
        await Burst("a");
        await Burst("b");
        world.Engine.Finish(World.Attempt(task));
        await world.Ended(task);

        const string notice = "app instance exceeded log rate limit (10 bytes/sec)";
        Assert.Equal(["aaaa", "aaaa", notice, "bbbb", "bbbb", notice, "Exit status 0"], await world.LogOf(task));

        async Task Burst(string letter)
        {
            var before = (await world.LogOf(task)).Count();
            for (var line = 0; line < 5; line++)
            {
                world.Engine.Print(World.Attempt(task), OutputStream.Out, $"{letter}{letter}{letter}{letter}");
            }

            await world.Until(async () => (await world.LogOf(task)).Count() == before + 3, $"the burst of {letter}");
            await world.Let(TimeSpan.FromSeconds(2));
        }
    }

    [Fact]
    public async Task A_log_that_was_closed_before_a_crash_is_not_written_again()
    {
        world.Silo.Fate.DieAt("note Ended", after: false);
        var task = await world.Submit("print one; exit 2");
        await world.Until(() => world.Silo.Fate.Died.IsCompleted, "the death between the exit line and the note");

        await world.Restart();

        Assert.Equal(TaskPhase.Failed, (await world.Ended(task)).Phase);
        Assert.Equal(["one", "Exit status 2"], await world.LogOf(task));
    }
}
