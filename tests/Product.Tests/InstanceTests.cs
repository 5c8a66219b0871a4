using System.IO.Compression;
using System.Text;
using Docker.DotNet.Models;
using Granary.Core.Apps;
using Granary.Core.Instances;
using Granary.Testing;

namespace Granary.Product.Tests;

/// <summary>Workers on a real engine: they stay up, whatever ends them, until they are not wanted.</summary>
[Collection(SharedEngine.Collection)]
public sealed class InstanceTests(SharedEngine engine)
{
    private const string Worker = "worker";

    private const string Program = """
        trap 'echo bye; exit 0' TERM
        echo "worker $CF_INSTANCE_INDEX run $GRANARY_INSTANCE_ATTEMPT"
        while :; do sleep 0.1; done
        """;

    [Fact]
    public async Task Workers_stay_up_until_they_are_not_wanted()
    {
        await using var silo = await SiloProcess.Up("workers", engine.SocketUri);
        using var docker = Scene.Docker(silo.Engine);
        var app = (await silo.Client.Push("workers", Zip(("Procfile", "worker: exec sh ./work\n"), ("work", Program)))).Id;
        await silo.Client.ChangeProcess(app, Worker, new ProcessChange(3, 32, 16));

        await silo.Client.Start(app);
        await Up(silo, app);
        Assert.Equal(3, (await Scene.Ours(docker)).Count);
        await Says(silo, app, "APP/PROC/WORKER/2 worker 2 run 1");

        var victim = (await silo.Client.FindInstance(app, Worker, 1))!;
        await docker.Containers.KillContainerAsync(victim.Key.ContainerName, new ContainerKillParameters { Signal = "SIGKILL" });
        await Until(silo, app, 1, each => each is { Attempt: 2, UpSince: not null, Crashes: 1 });
        Assert.Equal("exited with status 137", (await silo.Client.FindInstance(app, Worker, 1))!.LastEnd);
        Assert.Equal(1, (await silo.Client.FindInstance(app, Worker, 0))!.Attempt);

        await silo.Kill();
        await silo.Start();
        await silo.Client.Scale(app, Worker, 1);
        await Until(silo, app, 1, each => each.Phase == InstancePhase.Stopped);
        await Until(silo, app, 2, each => each.Phase == InstancePhase.Stopped);
        var kept = (await silo.Client.FindInstance(app, Worker, 0))!;
        Assert.Equal((InstancePhase.Running, 1), (kept.Phase, kept.Attempt));
        await Says(silo, app, "APP/PROC/WORKER/2 bye");

        await silo.Client.Stop(app);
        await Until(silo, app, 0, each => each is { Phase: InstancePhase.Stopped, ExitCode: 0 });
        await Says(silo, app, "APP/PROC/WORKER/0 Exit status 0");
        await silo.LeavesNothing();
        Assert.Empty(silo.Faults);
    }

    private static async Task Up(SiloProcess silo, AppId app)
    {
        using var limit = new CancellationTokenSource(Scene.EndMax);
        try
        {
            await silo.Client.WaitUp(app, limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"Not all instances were up: {string.Join('\n', (await silo.Client.Instances(app)).Select(Story))}\n{silo.Said}");
        }
    }

    private static async Task Until(SiloProcess silo, AppId app, int index, Func<InstanceState, bool> holds)
    {
        using var limit = new CancellationTokenSource(Scene.EndMax);
        while (await silo.Client.FindInstance(app, Worker, index, CancellationToken.None) is var now && (now is null || !holds(now)))
        {
            Assert.False(limit.IsCancellationRequested, $"Instance {index} is not as it should be: {(now is null ? "there is none" : Story(now))}\n{silo.Said}");
            await Task.Delay(50, CancellationToken.None);
        }
    }

    private static async Task Says(SiloProcess silo, AppId app, string words)
    {
        using var limit = new CancellationTokenSource(Scene.EndMax);
        await foreach (var line in silo.Client.FollowLogs(app, cancellation: limit.Token))
        {
            if ($"{line.Source} {Encoding.UTF8.GetString(line.Text.Span)}" == words)
            {
                return;
            }
        }
    }

    private static MemoryStream Zip(params (string Name, string Text)[] files)
    {
        var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, text) in files)
            {
                using var entry = new StreamWriter(zip.CreateEntry(name).Open());
                entry.Write(text);
            }
        }

        bytes.Position = 0;
        return bytes;
    }

    private static string Story(InstanceState instance) => $"{instance.Type} {instance.Index} is {instance.Phase}: {string.Join("; ", instance.Story.Entries.Select(each => each.Text))}";
}
