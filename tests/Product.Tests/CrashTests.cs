using Granary.Core.Tasks;
using Granary.Testing;

namespace Granary.Product.Tests;

/// <summary>The silo is killed, the engine is stopped or killed: what was promised of the tasks under them.</summary>
public sealed class CrashTests : IAsyncLifetime
{
    private const string Counting = "for i in $(seq 1 60); do echo line $i; sleep 0.1; done; exit 7";
    private const string TermIsSuccess = "trap 'exit 0' TERM; echo ready; while :; do sleep 0.1; done";

    private PrivateEngine? engine;
    private SiloProcess? silo;

    private SiloProcess Silo => silo!;

    private PrivateEngine Engine => engine!;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await Silo.DisposeAsync();
        await Engine.DisposeAsync();
    }

    [Fact]
    public async Task A_killed_silo_takes_nothing_with_it()
    {
        await Given();
        var task = await Silo.Run(await Silo.BusyboxApp(), Counting);
        await Silo.Says(task, "line 5");
        using var docker = Scene.Docker(Silo.Engine);
        var before = Assert.Single(await Scene.Ours(docker)).ID;

        await Silo.Kill();
        await Silo.Start();
        await Silo.Says(task, "line 40");
        var after = Assert.Single(await Scene.Ours(docker)).ID;
        task = await Silo.End(task);

        Assert.Equal(before, after);
        Assert.Equal((TaskPhase.Failed, 7, 1), (task.Phase, task.ExitCode, task.Attempt));
        string[] whole = [.. Enumerable.Range(1, 60).Select(each => $"line {each}"), "Exit status 7"];
        Assert.Equal(whole, await Silo.Log(task));
        await Silo.LeavesNothing();
    }

    [Fact]
    public async Task What_ends_while_no_silo_is_there_keeps_its_code_and_its_log()
    {
        await Given();
        var task = await Silo.Run(await Silo.BusyboxApp(), "for i in 1 2 3; do echo line $i; sleep 0.5; done; exit 7");
        await Silo.Says(task, "line 1");
        await Silo.Kill();
        await ContainersEnd();
        await Silo.Start();
        task = await Silo.End(task);

        Assert.Equal((TaskPhase.Failed, 7, 1), (task.Phase, task.ExitCode, task.Attempt));
        Assert.Equal(["line 1", "line 2", "line 3", "Exit status 7"], await Silo.Log(task));
        await Silo.LeavesNothing();
    }

    [Fact]
    public Task A_silo_that_is_killed_at_any_moment_starts_nothing_twice() => KilledAtAnyMoment(rounds: 2);

    [Fact]
    [Trait("Length", "Long")]
    public Task A_silo_that_is_killed_twenty_times_starts_nothing_twice() => KilledAtAnyMoment(rounds: 20);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_stopped_engine_never_makes_a_task_succeed(bool liveRestore)
    {
        await Given(liveRestore);
        var task = await Silo.Run(await Silo.BusyboxApp(), TermIsSuccess);
        await Silo.Says(task, "ready");
        await Engine.Restart();
        await IsMovedOrLives(task, liveRestore);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_killed_engine_never_makes_a_task_succeed(bool liveRestore)
    {
        await Given(liveRestore);
        var task = await Silo.Run(await Silo.BusyboxApp(), TermIsSuccess);
        await Silo.Says(task, "ready");
        await Engine.Kill();
        await Engine.Restart();
        await IsMovedOrLives(task, liveRestore);
    }

    [Fact]
    public async Task A_task_that_comes_while_the_engine_is_stopped_waits_for_it()
    {
        await Given();
        var app = await Silo.BusyboxApp();
        await Engine.Stop();
        var task = await Silo.Run(app, "exit 4");
        await Engine.Restart();
        task = await Silo.End(task);

        Assert.Equal((TaskPhase.Failed, 4), (task.Phase, task.ExitCode));
        await Silo.LeavesNothing();
    }

    private async Task KilledAtAnyMoment(int rounds)
    {
        await Given();
        var app = await Silo.BusyboxApp();
        var dice = new Random(7);
        for (var round = 1; round <= rounds; round++)
        {
            var tasks = new List<TaskState>();
            for (var each = 0; each < 4; each++)
            {
                tasks.Add(await Silo.Run(app, "echo started; sleep 1; exit 5"));
            }

            await Task.Delay(dice.Next(0, 1500)); // Not a wait for something: the moment of the kill is what is tried.
            await Silo.Kill();
            await Silo.Start();
            foreach (var task in tasks)
            {
                var ended = await Silo.End(task);
                Assert.True((ended.Phase, ended.ExitCode) == (TaskPhase.Failed, 5), $"Round {round}: {await Scene.Story(Silo, task)}");
                Assert.Single(await Silo.Log(task), each => each == "started");
            }
        }

        await Silo.LeavesNothing();
    }

    private async Task Given(bool liveRestore = false)
    {
        engine = await PrivateEngine.StartAsync($"p{Guid.NewGuid():N}"[..8], new PrivateEngineOptions(LiveRestore: liveRestore));
        await Engine.LoadBusybox();
        silo = await SiloProcess.Up($"s{Guid.NewGuid():N}"[..8], Engine.SocketUri);
    }

    /// <summary>Live restore keeps the container alive: the task goes on. Else its attempt is lost, and the next one runs.</summary>
    private async Task IsMovedOrLives(TaskState task, bool lives)
    {
        var now = lives
            ? await Silo.Until(task, each => each is { Phase: TaskPhase.Running, Attempt: 1 }, "running on")
            : await Silo.Until(task, each => each is { Phase: TaskPhase.Running, Attempt: 2 }, "moved");
        Assert.Equal(lives ? 0 : 1, now.Counters.Losses);

        await Silo.Client.Cancel(task.Id);
        var ended = await Silo.End(task);
        Assert.Equal((TaskPhase.Failed, "task was cancelled"), (ended.Phase, ended.FailureReason));
        await Silo.LeavesNothing();
    }

    private async Task ContainersEnd()
    {
        using var docker = Scene.Docker(Silo.Engine);
        using var limit = new CancellationTokenSource(Scene.EndMax);
        while ((await Scene.Ours(docker)).Any(each => each.State == "running"))
        {
            await Task.Delay(50, limit.Token);
        }
    }
}
