using Granary.Core.Apps;
using Granary.Core.Runtime;
using Granary.Core.Tasks;
using Granary.Testing;

namespace Granary.Product.Tests;

/// <summary>A task of each kind ends as told, on a real engine under a real silo, and leaves nothing behind.</summary>
[Collection(SharedEngine.Collection)]
public sealed class EndingTests(SharedEngine engine) : IAsyncLifetime
{
    private SiloProcess? silo;
    private AppState? box;

    private SiloProcess Silo => silo!;

    public async Task InitializeAsync()
    {
        silo = await SiloProcess.Up($"end-{Guid.NewGuid():N}"[..10], engine.SocketUri);
        box = await Silo.BusyboxApp();
    }

    public async Task DisposeAsync()
    {
        await Silo.LeavesNothing();
        await Silo.DisposeAsync();
    }

    [Theory]
    [InlineData("true", TaskPhase.Succeeded, null)]
    [InlineData("exit 3", TaskPhase.Failed, "APP/TASK/job: Exited with status 3")]
    [InlineData("no-such-command", TaskPhase.Failed, "APP/TASK/job: Exited with status 127")]
    [InlineData("kill -KILL $$", TaskPhase.Failed, "APP/TASK/job: Exited with status 137")]
    public async Task A_commands_own_exit_ends_it(string command, TaskPhase phase, string? reason)
    {
        var task = await Silo.End(await Silo.Run(box!, command, each => each with { Name = "job", NamesItself = true }));

        Assert.Equal((phase, reason, 1), (task.Phase, task.FailureReason, task.Attempt));
    }

    [Fact]
    public async Task Out_of_memory_is_told_apart()
    {
        var task = await Silo.End(await Silo.Run(box!, "tail /dev/zero", each => each with { Name = "job", NamesItself = true, MemoryMb = 16 }));

        Assert.Equal(TaskPhase.Failed, task.Phase);
        Assert.Contains("out of memory", task.FailureReason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_program_sees_that_the_disk_is_full()
    {
        var task = await Silo.End(await Silo.Run(await Silo.TrainingApp(), "dd if=/dev/zero of=/home/vcap/app/fill bs=1M count=64", each => each with { MemoryMb = 64, DiskMb = 16 }));

        Assert.Equal((TaskPhase.Failed, 1), (task.Phase, task.ExitCode));
        Assert.Contains(await Silo.Log(task), each => each.Contains("No space left on device", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_deadline_ends_it()
    {
        var task = await Silo.End(await Silo.Run(box!, "sleep 600", each => each with { DeadlineSeconds = 2 }));

        Assert.Equal(TaskPhase.Failed, task.Phase);
        Assert.Contains("deadline", task.FailureReason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelled_while_it_waits_it_never_starts()
    {
        var task = await Silo.Run(box!, "true", each => each with { MemoryMb = 900_000 });
        await Silo.Client.Cancel(task.Id);
        task = await Silo.End(task);

        Assert.Equal((TaskPhase.Failed, "task was cancelled", 0), (task.Phase, task.FailureReason, task.Attempt));
    }

    [Theory]
    [InlineData("echo ready; sleep 600")]
    [InlineData("trap 'echo stopping; exit 0' TERM; echo ready; while :; do sleep 0.1; done")]
    public async Task Cancelled_while_it_runs_it_has_failed(string command)
    {
        var task = await Silo.Run(box!, command);
        await Silo.Says(task, "ready");
        await Silo.Client.Cancel(task.Id);
        task = await Silo.End(task);

        Assert.Equal((TaskPhase.Failed, "task was cancelled"), (task.Phase, task.FailureReason));
    }

    [Fact]
    public async Task A_missing_image_is_the_end()
    {
        var app = await Silo.Client.PushImage("nowhere", "registry.invalid/no/such:image");
        var task = await Silo.End(await Silo.Run(app, "true"));

        Assert.Equal(TaskPhase.Failed, task.Phase);
        Assert.Contains("registry.invalid/no/such:image", task.FailureReason, StringComparison.Ordinal);
    }

    [Fact]
    public Task The_sample_task_passes_under_load_with_8_MB() => PassUnderLoad(runs: 8);

    [Fact]
    [Trait("Length", "Long")]
    public Task The_sample_task_passes_200_times_under_load_with_8_MB() => PassUnderLoad(runs: 200);

    [Fact]
    public async Task Without_a_network_there_is_only_loopback()
    {
        var task = await Silo.Run(box!, "ls /sys/class/net", each => each with { Network = ContainerNetwork.None });
        await Silo.End(task);

        Assert.Equal(["lo"], (await Silo.Log(task)).SkipLast(1));
    }

    private async Task PassUnderLoad(int runs)
    {
        var app = await Silo.TrainingApp();
        using var load = new CpuLoad();
        for (var run = 1; run <= runs; run++)
        {
            var task = await Silo.End(await Silo.Run(app, "tasks/sample-task.sh", each => each with { MemoryMb = 8, DiskMb = 64 }));

            Assert.True(task.Phase == TaskPhase.Succeeded, $"Run {run}: {await Scene.Story(Silo, task)}");
            Assert.Contains("The sample task ran to its end.", await Silo.Log(task));
        }
    }
}
