using System.Text.Json;
using Granary.Testing;

namespace Granary.Cli.Tests;

/// <summary>Every command against a real silo and a real engine: what the scripted server says elsewhere is what the product says.</summary>
public sealed class WholeProductTests(RealSilo silo) : IClassFixture<RealSilo>, IAsyncLifetime
{
    private static readonly string Sample = Repository.PathOf("samples", "training-app");

    public async Task InitializeAsync()
    {
        var push = await Granary("push", "training-app", "-p", Sample);
        Assert.True(push.Code == 0, push.Errors);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task The_sample_task_runs_to_its_end()
    {
        var run = await Granary("run-task", "training-app", "-m", "8M", "-k", "64M", "--name", "sample-task", "--command", "tasks/sample-task.sh", "--wait", "-o", "json");
        var number = $"{Number(run)}";

        Assert.True(run.Code == 0, run.Errors);
        Assert.Equal("SUCCEEDED", Field(run, "state"));
        Assert.Contains("OUT The sample task ran to its end.\n", (await Granary("logs", "training-app", "--task", number, "--recent")).Output, StringComparison.Ordinal);
        Assert.Contains("OUT The sample task ran to its end.\n", (await Granary("logs", "training-app", "--recent")).Output, StringComparison.Ordinal);
        Assert.Matches($"\n{number} +sample-task +SUCCEEDED +", (await Granary("tasks", "training-app")).Output);
        var told = await Granary("task", "training-app", number);
        Assert.Matches($"RUNNING: attempt 1 was placed on {silo.Cell}\n.*SUCCEEDED: attempt 1 exited with status 0\n", told.Output);
    }

    [Fact]
    public async Task The_process_type_of_the_Procfile_gives_the_command()
    {
        var run = await Granary("run-task", "training-app", "-m", "8M", "--wait", "-o", "json");

        Assert.Equal((0, "tasks/sample-task.sh"), (run.Code, Field(run, "command")));
    }

    [Fact]
    public async Task A_failed_task_ends_the_wait_with_1_and_the_reason()
    {
        var run = await Granary("run-task", "training-app", "-m", "8M", "--name", "fails", "-c", "exit 3", "--wait");

        Assert.Equal(1, run.Code);
        Assert.Contains("has FAILED: APP/TASK/fails: Exited with status 3.", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Granarys_own_wishes_reach_the_task()
    {
        var run = await Granary("run-task", "training-app", "-m", "8M", "-c", "true", "--deadline", "10m", "--retries", "1", "--losses", "0", "--on-cell-loss", "fail", "--network", "none", "--wait", "-o", "json");
        Assert.True(run.Code == 0, run.Errors);

        var told = await Granary("task", "training-app", $"{Number(run)}", "-o", "json");

        Assert.Equal(("600", "1", "0", "fail", "none"), (Field(told, "deadline_in_seconds"), Field(told, "retries_max"), Field(told, "losses_max"), Field(told, "on_cell_loss"), Field(told, "network")));
    }

    [Fact]
    public async Task A_followed_log_ends_with_its_task_and_a_terminated_task_says_so()
    {
        var number = $"{Number(await Granary("run-task", "training-app", "-m", "8M", "-c", "echo begun; exec sleep 1000", "-o", "json"))}";
        using var following = GranaryRun.Start(silo.Address, "logs", "training-app", "--task", number);
        await following.Shows("OUT begun\n");

        var terminated = await Granary("terminate-task", "training-app", number);
        var log = await following.End();

        Assert.Equal((0, $"Task {number} is CANCELING.\n"), (terminated.Code, terminated.Output));
        Assert.Equal(0, log.Code);
        Assert.Contains("task was cancelled", (await Granary("task", "training-app", number)).Output, StringComparison.Ordinal);
        Assert.Equal(1, (await Granary("terminate-task", "training-app", number)).Code);
    }

    [Fact]
    public async Task What_waits_says_why()
    {
        var number = $"{Number(await Granary("run-task", "training-app", "-m", "2G", "-c", "true", "-o", "json"))}";

        var told = await Granary("task", "training-app", number);

        Assert.Matches("why it waits: +.*memory", told.Output);
        await Granary("terminate-task", "training-app", number);
    }

    [Fact]
    public async Task Variables_reach_tasks()
    {
        Assert.Equal(0, (await Granary("set-env", "training-app", "COLOUR", "blue")).Code);

        Assert.Contains("COLOUR=blue\n", (await Granary("env", "training-app")).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await Granary("run-task", "training-app", "-m", "8M", "-c", "test \"$COLOUR\" = blue", "--wait")).Code);
        Assert.Equal(0, (await Granary("unset-env", "training-app", "COLOUR")).Code);
        Assert.DoesNotContain("COLOUR", (await Granary("env", "training-app")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_image_is_an_app_too()
    {
        Assert.Equal(0, (await Granary("push", "from-image", "-o", SharedEngine.BusyboxImage)).Code);

        var run = await Granary("run-task", "from-image", "-m", "8M", "-c", "pwd", "--wait", "-o", "json");

        Assert.True(run.Code == 0, run.Errors);
        Assert.Contains("OUT /\n", (await Granary("logs", "from-image", "--recent")).Output, StringComparison.Ordinal);
        Assert.Contains(SharedEngine.BusyboxImage, (await Granary("app", "from-image")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apps_cells_and_curl()
    {
        Assert.Contains("training-app   ", (await Granary("apps")).Output, StringComparison.Ordinal);
        Assert.Matches("task +tasks/sample-task.sh +0/0 ", (await Granary("app", "training-app")).Output);
        Assert.Matches($"{silo.Cell} +up +[0-9]+ +[0-9]+ of 1024 MB +[0-9]+ of 4096 MB", (await Granary("cells")).Output);
        Assert.Equal("up", Field(await Granary("curl", "/healthz", "--fail"), "status"));
        Assert.Equal(22, (await Granary("curl", "/v3/apps/unknown", "--fail")).Code);
    }

    [Fact]
    public async Task Refusals_of_the_server_are_shown_in_its_words()
    {
        var run = await Granary("run-task", "training-app", "-c", "true", "-k", "100G", "--name", " ");

        Assert.Equal((1, ""), (run.Code, run.Output));
        Assert.Contains("Cannot request disk_in_mb greater than 2048", run.Errors, StringComparison.Ordinal);
        Assert.Contains("name presence", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wait_and_a_followed_log_outlive_the_silo()
    {
        using var waiting = GranaryRun.Start(silo.Address, "run-task", "training-app", "-m", "8M", "--name", "outlives", "-c", "echo begun; until test -e go; do sleep 0.1; done; echo over", "--deadline", "5m", "--wait");
        await waiting.Says("RUNNING on");
        var number = (await Granary("tasks", "training-app")).Output.Split('\n').Select(each => each.Split(' ', StringSplitOptions.RemoveEmptyEntries)).First(each => each is [_, "outlives", ..])[0];
        using var following = GranaryRun.Start(silo.Address, "logs", "training-app", "--task", number);
        await following.Shows("OUT begun\n");

        await silo.Up.Kill();
        await waiting.Says("The server is away");
        await silo.Start();
        await Docker("exec", $"granary-{Field(await Granary("task", "training-app", number, "-o", "json"), "guid")}-1", "touch", "go");

        Assert.Equal(0, (await waiting.End()).Code);
        var log = await following.End();
        Assert.Equal(0, log.Code);
        Assert.Equal(["begun", "over", "Exit status 0"], log.Output.Split('\n')[..^1].Select(each => each[(each.IndexOf("OUT ", StringComparison.Ordinal) + 4)..]));
    }

    private static string? Field(GranaryEnd end, string name)
    {
        using var document = JsonDocument.Parse(end.Output);
        return document.RootElement.GetProperty(name).ToString();
    }

    private static int Number(GranaryEnd end)
    {
        Assert.True(end.Output.Length > 0, end.Errors);
        using var document = JsonDocument.Parse(end.Output);
        return document.RootElement.GetProperty("sequence_id").GetInt32();
    }

    private Task<GranaryEnd> Granary(params string[] arguments) => GranaryRun.Run(silo.Address, arguments);

    private async Task Docker(params string[] arguments)
    {
        using var docker = System.Diagnostics.Process.Start("docker", ["--host", silo.SocketUri, .. arguments]);
        await docker.WaitForExitAsync();
        Assert.Equal(0, docker.ExitCode);
    }
}
