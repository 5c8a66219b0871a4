using Granary.Core.Apps;
using Granary.Core.Builds;
using Granary.Core.Tasks;
using Granary.Testing;

namespace Granary.Product.Tests;

/// <summary>A real buildpack stages apps in containers of a real engine; tasks run from what comes of it.</summary>
[Collection(SharedEngine.Collection)]
public sealed class StagingTests(SharedEngine shared) : IAsyncLifetime
{
    private SiloProcess? silo;

    private SiloProcess Silo => silo!;

    public async Task InitializeAsync()
    {
        silo = await SiloProcess.Up($"g{Guid.NewGuid():N}"[..8], shared.SocketUri);
        var id = new BuildpackId(Guid.NewGuid());
        await Silo.Client.CreateBuildpack(id, new BuildpackChange("hello_buildpack"));
        await Silo.Client.UploadBuildpack(id, "hello.zip", await Zips.Of(Repository.PathOf("samples/hello-buildpack")));
    }

    public async Task DisposeAsync()
    {
        await Silo.DisposeAsync();
        await Scene.Sweep(shared.SocketUri);
    }

    [Fact]
    public async Task A_buildpack_that_knows_the_app_stages_it_and_tasks_run_from_what_it_left()
    {
        var app = await Silo.Client.CreateApp("greeter");

        var build = await Staged(app, ("greeting.txt", "good morning\n"));

        Assert.Equal((DropletPhase.Staged, null), (build.Phase, build.Error));
        Assert.Equal(new UsedBuildpack("hello_buildpack", "hello good morning", "hello", "1.0"), Assert.Single(build.Used!.Value));
        Assert.Equal("greet everybody && show loud.txt", build.ProcessTypes["worker"]);
        app = await Silo.Client.AssignDroplet(app.Id, build.Id);
        var task = await Silo.End(await Silo.Run(app, "unused", submission => submission with { Command = null, TemplateProcess = "worker" }));
        Assert.Equal(TaskPhase.Succeeded, task.Phase);
        Assert.Equal(["good morning, everybody", "GOOD MORNING", "Exit status 0"], await Silo.Log(task));
        var copy = await Silo.End(await Silo.Run(app, "salute you; touch ~/new && ls $DEPS_DIR; df -m /home/vcap/app | tail -1 | wc -l"));
        Assert.Equal(["good morning, you", "0", "1", "Exit status 0"], await Silo.Log(copy));
        await Silo.LeavesNothing();
        Assert.Empty(Silo.Faults);
    }

    [Fact]
    public async Task A_silo_that_is_killed_while_it_stages_comes_back_and_the_build_ends_STAGED()
    {
        var app = await Silo.Client.CreateApp("slow");
        await Silo.Client.ChangeEnvironment(app.Id, Variable("SLOW_STAGING", "6"));
        var begun = await Begun(app, ("greeting.txt", "good night\n"));
        await Says(begun, "       second 2");

        await Silo.Kill();
        await Silo.Start();
        var build = await Silo.Client.WaitStaged(begun.Id, Limit());

        Assert.Equal((DropletPhase.Staged, null, 1), (build.Phase, build.Error, build.Staging!.Attempt));
        var lines = await Lines(build);
        Assert.Equal(["       second 1", "       second 2", "       second 3", "       second 4", "       second 5", "       second 6"], lines.Where(line => line.Contains("second", StringComparison.Ordinal)));
        Assert.Equal("Exit status 0", lines[^1]);
        await Silo.LeavesNothing();
    }

    [Fact]
    public async Task What_cannot_be_staged_says_why()
    {
        var app = await Silo.Client.CreateApp("unknown");

        var unknown = await Staged(app, ("index.html", "no greeting\n"));
        await Silo.Client.ChangeEnvironment(app.Id, Variable("REFUSE_TO_FINALIZE", "yes"));
        var refused = await Staged(app, ("greeting.txt", "hello\n"));

        Assert.Equal(BuildMachine.NoAppDetected, unknown.Error);
        Assert.Equal(BuildMachine.CompileFailed, refused.Error);
        Assert.Contains("finalize of the buildpack ended with exit status 1", await Lines(refused));
        await Silo.LeavesNothing();
    }

    [Fact]
    public async Task Several_buildpacks_supply_and_the_last_one_finalizes()
    {
        var app = await Silo.Client.CreateApp("both", buildpacks: ["hello_buildpack", "binary_buildpack"]);

        var build = await Staged(app, ("greeting.txt", "hello\n"), ("Procfile", "worker: $DEPS_DIR/0/bin/greet both\n"));

        Assert.Equal((DropletPhase.Staged, null), (build.Phase, build.Error));
        Assert.Equal(["hello_buildpack", "binary_buildpack"], build.Buildpacks.AsEnumerable());
        app = await Silo.Client.AssignDroplet(app.Id, build.Id);
        var task = await Silo.End(await Silo.Run(app, "unused", submission => submission with { Command = null, TemplateProcess = "worker" }));
        Assert.Equal(["hello, both", "Exit status 0"], await Silo.Log(task));
    }

    private async Task<DropletState> Staged(AppState app, params (string Name, string Text)[] files) => await Silo.Client.WaitStaged((await Begun(app, files)).Id, Limit());

    private async Task<DropletState> Begun(AppState app, params (string Name, string Text)[] files)
    {
        var package = await Silo.Client.CreatePackage(app.Id, Lifecycle.Bits);
        var folder = Directory.CreateTempSubdirectory();
        foreach (var (name, text) in files)
        {
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, name), text);
        }

        await Silo.Client.Upload(package.Id, await Zips.Of(folder.FullName));
        folder.Delete(recursive: true);
        return await Silo.Client.Stage(package.Id);
    }

    private async Task Says(DropletState build, string words)
    {
        var limit = Limit();
        while (!(await Lines(build)).Contains(words))
        {
            Assert.False(limit.IsCancellationRequested, $"The staging did not say '{words}':\n{string.Join('\n', await Lines(build))}\n{Silo.Said}");
            await Task.Delay(50, CancellationToken.None);
        }
    }

    private async Task<string[]> Lines(DropletState build) =>
        [.. (await Silo.Client.Logs(new Grains.Ports.LogQuery(build.App, build.Id.Value))).Select(line => System.Text.Encoding.UTF8.GetString(line.Text.Span))];

    private static System.Collections.Immutable.ImmutableSortedDictionary<string, string?> Variable(string name, string value) =>
        System.Collections.Immutable.ImmutableSortedDictionary<string, string?>.Empty.Add(name, value);

    private static CancellationToken Limit() => new CancellationTokenSource(Scene.EndMax).Token;
}
