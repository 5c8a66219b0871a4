using System.Diagnostics;
using System.Globalization;
using Granary.Testing;

namespace Granary.Deploy.Tests;

public sealed class PrivateEngineTests
{
    [Fact]
    public async Task Starting_an_engine_that_runs_changes_nothing()
    {
        await using var engine = await PrivateEngine.StartAsync("same", new(Network: false));
        var before = engine.Pid;

        var socket = await Script.Run("deploy/engine/private-engine", "up", engine.Folder, "--no-network");

        Assert.Equal(engine.SocketPath, socket);
        Assert.Equal(before, engine.Pid);
    }

    [Fact]
    public async Task Two_engines_run_side_by_side_with_ids_and_subnets_of_their_own()
    {
        await using var one = await PrivateEngine.StartAsync("one");
        await using var two = await PrivateEngine.StartAsync("two");

        Assert.NotEqual(await Docker.Run(one.SocketUri, "info", "--format={{.ID}}"), await Docker.Run(two.SocketUri, "info", "--format={{.ID}}"));
        Assert.NotEqual(await Subnet(one), await Subnet(two));
        Assert.Equal($"[\"granary.engine={one.Folder}\"]", await Docker.Run(one.SocketUri, "info", "--format={{json .Labels}}"));
    }

    [Fact]
    public async Task A_container_with_a_network_reaches_beyond_its_engine()
    {
        await using var engine = await PrivateEngine.StartAsync("out");
        await engine.LoadBusybox();
        var gateway = await Docker.Run(engine.SocketUri, "run", "--rm", SharedEngine.BusyboxImage, "sh", "-c", "ip route | awk '/^default/ { print $3 }'");

        await Docker.Run(engine.SocketUri, "run", "--rm", SharedEngine.BusyboxImage, "ping", "-c", "1", "-W", "5", gateway);
    }

    [Fact]
    public async Task With_live_restore_a_container_survives_its_engine_being_killed()
    {
        await using var engine = await PrivateEngine.StartAsync("live", new(Network: false, LiveRestore: true));
        await engine.LoadBusybox();
        await Docker.Run(engine.SocketUri, "run", "--detach", "--init", "--name=lives", SharedEngine.BusyboxImage, "sleep", "1000");
        var before = await Docker.Run(engine.SocketUri, "inspect", "--format={{.State.Pid}}", "lives");

        await engine.Kill();
        await engine.Restart();

        Assert.Equal(before, await Docker.Run(engine.SocketUri, "inspect", "--format={{.State.Pid}}", "lives"));
    }

    [Fact]
    public async Task A_pid_file_that_names_a_stranger_does_not_stop_the_start()
    {
        await using var engine = await PrivateEngine.StartAsync("stale", new(Network: false));
        await engine.Kill();
        await File.WriteAllTextAsync(Path.Combine(engine.Folder, "pid"), Environment.ProcessId.ToString(CultureInfo.InvariantCulture));

        await engine.Restart();

        Assert.NotEqual(Environment.ProcessId, engine.Pid);
    }

    [Fact]
    public async Task Destroying_a_killed_engine_ends_its_containers_and_leaves_no_trace()
    {
        var engine = await PrivateEngine.StartAsync("gone");
        await engine.LoadBusybox();
        await Docker.Run(engine.SocketUri, "run", "--detach", "--name=left", SharedEngine.BusyboxImage, "sleep", "1000");
        var container = await Docker.Run(engine.SocketUri, "inspect", "--format={{.State.Pid}}", "left");
        var bridge = (await File.ReadAllTextAsync(Path.Combine(engine.Folder, "network"))).Split(' ')[0];
        Assert.True(Directory.Exists($"/sys/class/net/{bridge}"));

        await engine.Kill();
        await engine.Destroy();

        Assert.False(Directory.Exists(engine.Folder));
        Assert.True(HasEnded(container));
        Assert.False(Directory.Exists($"/sys/class/net/{bridge}"));
        Assert.DoesNotContain(engine.Folder, await File.ReadAllTextAsync("/proc/self/mountinfo"), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Length", "Long")]
    public async Task An_engine_that_fails_while_it_starts_leaves_the_others_rules_as_they_were()
    {
        await using var one = await PrivateEngine.StartAsync("rules");
        var bridge = (await File.ReadAllTextAsync(Path.Combine(one.Folder, "network"))).Split(' ')[0];
        var before = await Rules(bridge);
        var folder = await TestState.FolderFor("fails");
        try
        {
            // Looked for last, when the chains are empty already.
            var failure = await Assert.ThrowsAsync<ScriptFailedException>(() => Script.Run("deploy/engine/private-engine", "up", folder, "--authorization-plugin=none"));

            Assert.Contains("dockerd", failure.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("unbound", failure.Message, StringComparison.Ordinal);
            Assert.NotEmpty(before);
            Assert.Equal(before, await Rules(bridge));
        }
        finally
        {
            await Script.Run("deploy/engine/private-engine", "destroy", folder);
        }
    }

    [Fact]
    public async Task A_folder_that_is_too_long_for_a_socket_is_refused_in_words()
    {
        var folder = $"/tmp/{new string('x', 80)}";

        var failure = await Assert.ThrowsAsync<ScriptFailedException>(() => Script.Run("deploy/engine/private-engine", "up", folder));

        Assert.Contains("use a path of at most 69 characters", failure.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public async Task A_folder_that_is_no_engines_is_never_deleted()
    {
        var folder = await TestState.FolderFor("precious");
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "letter"), "dear");

        await Assert.ThrowsAsync<ScriptFailedException>(() => Script.Run("deploy/engine/private-engine", "destroy", folder));

        Assert.True(File.Exists(Path.Combine(folder, "letter")));
    }

    /// <summary>The firewall's rules that name a bridge, in their order.</summary>
    private static async Task<string[]> Rules(string bridge)
    {
        using var save = Process.Start(new ProcessStartInfo("iptables-save") { RedirectStandardOutput = true })!;
        var rules = await save.StandardOutput.ReadToEndAsync();
        await save.WaitForExitAsync();
        return [.. rules.Split('\n').Where(each => each.Contains(bridge, StringComparison.Ordinal))];
    }

    /// <summary>A process that has ended stays in the table until its new parent has taken note.</summary>
    private static bool HasEnded(string process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/status").Contains("State:\tZ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static Task<string> Subnet(PrivateEngine engine) =>
        Docker.Run(engine.SocketUri, "network", "inspect", "--format={{(index .IPAM.Config 0).Subnet}}", "bridge");
}
