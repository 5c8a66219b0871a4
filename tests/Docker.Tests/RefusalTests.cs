using System.Collections.Immutable;
using System.Diagnostics;
using Granary.Core.Attempts;
using Granary.Core.Runtime;
using Granary.Silo.Docker;
using Granary.Testing;

namespace Granary.Docker.Tests;

public class RefusalTests(SharedEngine engine) : EngineTests(engine)
{
    [Theory]
    [InlineData("/no/such/command", "was not found")]
    [InlineData("no-such-command", "was not found")]
    [InlineData("tasks/nothing.sh", "was not found")]
    [InlineData("plain.txt", "was not found")]
    [InlineData("./plain.txt", "is not executable")]
    public async Task A_command_that_cannot_be_run_is_refused_in_words_and_never_ran(string command, string words)
    {
        var attempt = await Cell.Created(Cell.Droplet("true") with { Command = [command] });

        var outcome = await Cell.Runtime.Start(attempt, default);

        Assert.Contains(words, Assert.IsType<StartOutcome.Impossible>(outcome).Reason, StringComparison.Ordinal);
        Assert.Equal(ContainerPhase.Created, (await Cell.Runtime.Find(attempt, default))!.Phase);
    }

    [Theory]
    [InlineData("bash", "-c", "echo ran")]
    [InlineData("/bin/bash", "-c", "echo ran")]
    [InlineData("tasks/sample-task.sh", "", "")]
    public async Task Commands_are_found_by_name_by_path_and_in_the_working_directory(params string[] command)
    {
        var ran = await Cell.Run(Cell.Droplet("") with { Command = command.ToImmutableArray() });

        Assert.Equal(0, ran.Report.ExitCode);
        Assert.NotEmpty(ran.Out);
    }

    [Fact]
    public async Task An_image_that_nobody_has_is_refused_in_words_and_leaves_nothing()
    {
        var spec = Cell.Image("true");
        spec = spec with { Source = new ContainerSource("127.0.0.1:1/no/such:image", null) };

        var outcome = await Cell.Runtime.Create(spec, default);

        Assert.StartsWith("image 127.0.0.1:1/no/such:image not found: ", Assert.IsType<CreateOutcome.Impossible>(outcome).Reason, StringComparison.Ordinal);
        Assert.Null(await Cell.Runtime.Find(spec.Attempt, default));
    }

    [Fact]
    public async Task An_ended_container_is_never_run_again()
    {
        var attempt = await Cell.Started(Cell.Droplet("date +%N"));
        var first = await Cell.Runtime.Wait(attempt, default);

        Assert.IsType<StartOutcome.Started>(await Cell.Runtime.Start(attempt, default));

        Assert.Equal(first, await Cell.Runtime.Find(attempt, default));
    }

    [Fact]
    public async Task A_state_folder_that_cannot_be_written_means_no_container_and_says_so()
    {
        await using var broken = new Cell(Engine, options => options.StateFolder = "/proc/nowhere");

        var outcome = await broken.Runtime.Create(broken.Image("true"), default);

        Assert.Contains("the disk limit cannot be enforced", Assert.IsType<CreateOutcome.Impossible>(outcome).Reason, StringComparison.Ordinal);
    }
}

public class UnreachableEngineTests
{
    [Fact]
    public async Task A_socket_that_is_missing_is_told_with_what_to_do()
    {
        using var runtime = Runtime("unix:///tmp/there/is/no/engine.sock");

        var thrown = await Assert.ThrowsAsync<EngineUnavailableException>(() => runtime.Find(new AttemptKey(Guid.NewGuid(), 1), default));

        Assert.Contains("no such socket; start the engine", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("/tmp/there/is/no/engine.sock", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_where_nothing_listens_is_told_with_what_to_do()
    {
        using var runtime = Runtime("tcp://127.0.0.1:1");

        var thrown = await Assert.ThrowsAsync<EngineUnavailableException>(() => runtime.Probe(default));

        Assert.Contains("is not listening: start the engine", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_engine_that_hangs_is_given_up_in_time()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        using var runtime = Runtime($"tcp://{listener.LocalEndpoint}");
        var began = Stopwatch.GetTimestamp();

        await Assert.ThrowsAsync<EngineUnavailableException>(() => runtime.Probe(default));
        await Assert.ThrowsAsync<EngineUnavailableException>(() => runtime.Find(new AttemptKey(Guid.NewGuid(), 1), default));

        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));
    }

    private static DockerRuntime Runtime(string endpoint)
    {
        var options = new DockerOptions { Endpoint = endpoint, ProbeTimeout = TimeSpan.FromSeconds(1), RequestTimeout = TimeSpan.FromSeconds(1) };
        return new DockerRuntime(options, new TestDroplets(), new TestDroplets(), new Granary.Grains.Ports.PasswordSeal(null), TimeProvider.System);
    }
}
