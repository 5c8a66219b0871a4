using System.Net.Sockets;
using System.Text;
using Docker.DotNet.Models;
using Granary.Core.Tasks;
using Granary.Testing;
using TaskState = Granary.Core.Tasks.TaskState;

namespace Granary.Product.Tests;

/// <summary>Without an engine the silo is up: the cell says why it takes nothing, tasks wait with that reason, and start when the engine can be used.</summary>
[Collection(SharedEngine.Collection)]
public sealed class UnreadyEngineTests(SharedEngine engine)
{
    [Fact]
    public async Task The_cell_says_why_and_tasks_wait_until_its_engine_can_be_used()
    {
        var socket = await TestState.FolderFor("late.sock");
        await using var silo = await SiloProcess.UpAsSubject("late", $"unix://{socket}");
        var task = await silo.Run(await silo.BusyboxApp(), "exit 6");

        using (var stranger = new Stranger(socket))
        {
            await Waits(silo, task, "what answers is not a Docker engine");
            File.SetUnixFileMode(socket, UnixFileMode.None);
            await Waits(silo, task, "refuses this user: run as root, or add the user to the group that owns the socket (docker)");
        }

        Assert.Equal(0, await silo.Stop());
        File.Delete(socket);
        silo.WithoutCapabilities = null; // As it was told. Disks are mounted by root alone.
        await silo.Start();
        await Waits(silo, task, "there is no such socket; start the engine, or correct the endpoint");
        File.CreateSymbolicLink(socket, engine.Engine.SocketPath);
        task = await silo.End(task);

        Assert.True((task.Phase, task.ExitCode, task.Attempt) == (TaskPhase.Failed, 6, 1), await Scene.Story(silo, task));
        await silo.LeavesNothing();
    }

    [Fact]
    public async Task An_engine_whose_mark_a_stranger_holds_is_left_alone()
    {
        await using var own = await PrivateEngine.StartAsync("marked", new PrivateEngineOptions(Network: false));
        using var docker = Scene.Docker(own.SocketUri);
        await docker.Volumes.CreateAsync(new VolumesCreateParameters { Name = "granary-identity", Labels = new Dictionary<string, string> { ["of"] = "somebody" } });
        await using var silo = await SiloProcess.Up("marked-silo", own.SocketUri);
        var task = await silo.Run(await silo.BusyboxApp(), "true");

        await Waits(silo, task, "the engine has a volume granary-identity that is not Granary's: remove it, or use another engine");

        Assert.Equal("somebody", (await docker.Volumes.InspectAsync("granary-identity")).Labels["of"]);
        await docker.Volumes.RemoveAsync("granary-identity");
        await silo.Until(task, each => each.Phase != TaskPhase.Pending, "tried");
    }

    private static async Task Waits(SiloProcess silo, TaskState task, string why)
    {
        using var limit = new CancellationTokenSource(Scene.EndMax);
        while (true)
        {
            var state = (await silo.Client.Cells(limit.Token)).SingleOrDefault()?.State ?? "";
            var reason = await silo.Client.WhyWaiting(task.Id, limit.Token) ?? "";
            if (state.Contains(why, StringComparison.Ordinal) && reason.Contains(why, StringComparison.Ordinal))
            {
                Assert.Equal(TaskPhase.Pending, (await silo.Client.FindTask(task.Id, limit.Token))!.Phase);
                return;
            }

            Assert.False(limit.IsCancellationRequested, $"The cell says '{state}', the task '{reason}', not '{why}'.\n{silo.Said}");
            await Task.Delay(50, CancellationToken.None);
        }
    }

    /// <summary>A program with a socket of its own that speaks something else.</summary>
    private sealed class Stranger : IDisposable
    {
        private static readonly byte[] Words = Encoding.ASCII.GetBytes("-ERR unknown command\r\n");
        private readonly Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

        public Stranger(string path)
        {
            listener.Bind(new UnixDomainSocketEndPoint(path));
            listener.Listen();
            _ = Answer();
        }

        public void Dispose() => listener.Dispose();

        private async Task Answer()
        {
            try
            {
                while (true)
                {
                    using var caller = await listener.AcceptAsync();
                    await caller.ReceiveAsync(new byte[4096]);
                    await caller.SendAsync(Words);
                }
            }
            catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
            {
                // The test has ended it.
            }
        }
    }
}
