using System.Collections.Immutable;
using System.IO.Compression;
using System.Text;
using Granary.Core;
using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Builds;
using Granary.Core.Egress;
using Granary.Core.Quotas;
using Granary.Core.Tasks;
using Granary.Grains.Contracts;
using Granary.Grains.Ports;
using Granary.Grains.Tests.Worlds;
using Granary.Silo.Storage.Logs;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Grains.Tests;

/// <summary>Stagings run like all other work: placed, followed, adopted, moved and stopped; what they leave becomes the droplet.</summary>
public sealed class StagingTests : IAsyncLifetime
{
    private const string Leaves = "print compiling; leave /home/vcap/app/built.txt yes; leave /home/vcap/deps/0/config.yml {name: Sample, version: 1.2}; leave /home/vcap/staging/release.yml {default_process_types: {worker: print built}}";

    private readonly AppId app = new(Guid.NewGuid());
    private readonly PackageId package = new(Guid.NewGuid());
    private readonly BuildpackId buildpack = new(Guid.NewGuid());
    private readonly DropletId build = StagingId.Of(Guid.NewGuid());
    private World world = null!;

    private IAppGrain App => world.Silo.Grains.GetGrain<IAppGrain>(Keys.App(app));

    private IDropletGrain Build => Builds(build);

    private AttemptKey Attempt => new(build.Value, 1);

    public async Task InitializeAsync()
    {
        world = await World.Begin(memoryMb: 2048, diskMb: 8192);
        var shelf = world.Silo.Grains.GetGrain<IBuildpackShelfGrain>(Keys.Buildpacks);
        Accepted(await shelf.Create(buildpack, new BuildpackChange("sample_buildpack")));
        Accepted(await Upload(Zip("bin/compile"), (upload, bits) => Uploads.Append(upload, 0, bits), upload => Uploads.Complete(upload, "sample.zip")));
        Accepted(await App.Create($"staged-{app}", Home.Space, Lifecycle.Bits, Metadata.Empty, ImmutableSortedDictionary<string, string?>.Empty, ["sample_buildpack"]));
        Accepted(await Packages.Create(app, Lifecycle.Bits, null));
        Accepted(await Upload(Zip("index.html"), (upload, bits) => Packages.Append(upload, 0, bits), upload => Packages.Complete(upload)));
    }

    public async Task DisposeAsync() => await world.DisposeAsync();

    [Fact]
    public async Task A_build_is_STAGING_until_its_container_has_ended_and_then_has_what_it_left()
    {
        var begun = await Begin($"{Leaves}; run 5000 ms");
        var running = await In(TaskPhase.Running);
        var staged = await Ended();

        Assert.Equal((DropletPhase.Staging, DropletPhase.Staging), (begun.Phase, running.Phase));
        Assert.Equal((DropletPhase.Staged, null, true), (staged.Phase, staged.Error, staged.Source!.HoldsHome));
        Assert.Equal("print built", staged.ProcessTypes["worker"]);
        Assert.Equal(new UsedBuildpack("sample_buildpack", null, "Sample", "1.2"), Assert.Single(staged.Used!.Value));
        Assert.Equal(["app/", "app/built.txt", "deps/", "deps/0/", "deps/0/config.yml", "profile.d/", "staging_info.yml"], await Entries(staged.Source.DropletDigest!));
        await world.NothingLeft();
        Assert.Empty(world.Log.Errors);
    }

    [Fact]
    public async Task A_build_has_the_variables_of_what_is_staged_and_its_app_wins()
    {
        var groups = world.Silo.Services.GetRequiredService<IVariableGroups>();
        var given = ImmutableSortedDictionary<string, string?>.Empty.Add("FAKE_STAGING", "exit 1").Add("MIRROR", "http://mirror");
        await groups.Change(VariableGroup.Staging, given, default);
        await groups.Change(VariableGroup.Running, given.Add("RUNNING", "yes"), default);

        var environment = (await Begin(Leaves)).Staging!.Spec!.Environment;

        Assert.Equal((Leaves, "http://mirror"), (environment["FAKE_STAGING"], environment["MIRROR"]));
        Assert.DoesNotContain("RUNNING", environment.Keys);
        Assert.Equal(DropletPhase.Staged, (await Ended()).Phase);
    }

    [Fact]
    public async Task A_build_has_the_rules_of_what_is_staged()
    {
        var groups = world.Silo.Services.GetRequiredService<ISecurityGroups>();
        await groups.Change(SecurityGroup.Default, new SecurityGroupChange(null, null, false, null), default);
        var open = (await Begin("run 5000 ms")).Staging!.Spec!.Egress;
        await Started();
        var told = world.Engine.SpecOf(Attempt)!.Egress;

        Assert.Equal((null, null), (open, told));

        await groups.Change(SecurityGroup.Default, new SecurityGroupChange(null, [new(EgressRule.All, "10.0.0.0/8")], true, true), default);
        await groups.Change(SecurityGroup.Default, new SecurityGroupChange(null, null, null, false), default);
        await Ended();
        var next = StagingId.Of(Guid.NewGuid());
        Assert.Empty((await Builds(next).Stage(package, new StagingWish())).Value!.Staging!.Spec!.Egress!.Value);
    }

    [Fact]
    public async Task A_build_begins_only_where_the_quotas_have_room_for_it()
    {
        var quotas = world.Silo.Services.GetRequiredService<IQuotas>();
        await quotas.Change((await quotas.Find(Quota.Default, default))! with { Terms = new QuotaTerms(new QuotaLimits(TotalMemoryMb: 600)) }, default);

        var tooLarge = await Build.Stage(package, new StagingWish { MemoryMb = 601 });
        var fits = await Build.Stage(package, new StagingWish { MemoryMb = 600 });

        Assert.Equal("organization's memory limit exceeded: staging requires 601M memory", tooLarge.Refusal?.Detail);
        Assert.Null(fits.Refusal);
        Assert.Equal(DropletPhase.Staged, (await Ended()).Phase);
    }

    [Fact]
    public async Task Its_log_is_of_the_source_STG_from_the_download_to_the_upload()
    {
        await Begin(Leaves);
        await Ended();

        var lines = await world.Silo.Services.GetRequiredService<LogStore>().Read(new LogQuery(app), CancellationToken.None);

        Assert.All(lines, line => Assert.Equal("STG", line.Source));
        Assert.Equal(
            ["Downloading app package...", "compiling", "Uploading droplet...", "Process types: worker", "Uploading complete", "Exit status 0"],
            lines.Select(line => Encoding.UTF8.GetString(line.Text.Span)).Where(line => !line.StartsWith("Downloaded", StringComparison.Ordinal) && !line.StartsWith("Uploaded", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_task_runs_from_what_was_staged()
    {
        await Begin(Leaves);
        await Ended();
        Accepted(await App.AssignDroplet(build));
        var task = new TaskId(Guid.NewGuid());

        Accepted(await world.Grain(task).Submit(app, new TaskSubmission { TemplateProcess = "worker", MemoryMb = 64, DiskMb = 64 }));

        Assert.Equal(TaskPhase.Succeeded, (await world.Ended(task)).Phase);
        Assert.Equal(["built", "Exit status 0"], (await world.Silo.Services.GetRequiredService<LogStore>().Read(new LogQuery(app, task.Value), CancellationToken.None)).Select(line => Encoding.UTF8.GetString(line.Text.Span)));
    }

    [Theory]
    [InlineData("exit 223", BuildMachine.CompileFailed)]
    [InlineData("oom", "StagingError - Staging error: STG: Exited with status 137 (out of memory)")]
    [InlineData("leave /home/vcap/staging/release.yml {{", "StagingError - Staging error: the droplet cannot be kept: what the buildpack's release wrote is no YAML that can be read: ")]
    [InlineData("leave /home/vcap/app/Procfile nonsense", "StagingError - Staging error: the droplet cannot be kept: Procfile line 1: expected \"type: command\"")]
    public async Task What_goes_wrong_is_told_by_the_build(string script, string error)
    {
        await Begin(script);

        var failed = await Ended();

        Assert.Equal(DropletPhase.Failed, failed.Phase);
        Assert.StartsWith(error, failed.Error, StringComparison.Ordinal);
        await world.NothingLeft();
    }

    [Fact]
    public async Task A_silo_that_dies_while_it_stages_is_followed_by_another_that_adopts_the_container()
    {
        await Begin($"{Leaves}; run 20000 ms");
        await Started();

        await world.Restart();
        var staged = await Ended();

        Assert.Equal((DropletPhase.Staged, 1), (staged.Phase, staged.Staging!.Attempt));
        await world.NothingLeft();
    }

    /// <summary>As of a task; and the writes of the row are of a droplet: accepted, placed, STAGED.</summary>
    [Theory]
    [InlineData("write droplet", 2, false)]
    [InlineData("write droplet", 2, true)]
    [InlineData("note StartOrdered", 1, true)]
    [InlineData("Wait", 1, true)]
    [InlineData("OpenFiles", 1, false)]
    [InlineData("OpenFiles", 4, true)]
    [InlineData("note Ended", 1, false)]
    [InlineData("note Ended", 1, true)]
    [InlineData("write droplet", 3, false)]
    [InlineData("write droplet", 3, true)]
    [InlineData("Remove", 1, false)]
    public async Task A_silo_killed_at_any_point_of_a_staging_ends_with_one_droplet(string call, int nth, bool after)
    {
        world.Silo.Fate.DieAt(call, after, nth);
        await Begin($"{Leaves}; run 500 ms");

        await world.Until(() => world.Silo.Fate.Died.IsCompleted, $"the death at {call}");
        await world.Restart();
        var staged = await Ended();

        Assert.Equal((DropletPhase.Staged, null, "print built"), (staged.Phase, staged.Error, staged.ProcessTypes["worker"]));
        Assert.Equal([new AttemptKey(build.Value, staged.Staging!.Attempt)], world.Engine.Starts);
        await world.NothingLeft();
        Assert.Empty(world.Log.Errors);
    }

    [Fact]
    public async Task What_was_left_is_taken_by_the_next_silo_when_the_one_that_took_it_died()
    {
        await Begin(Leaves);
        await world.Until(() => world.Silo.Fate.Calls.Contains("OpenFiles"), "the taking of what was left");

        await world.Restart();
        var staged = await Ended();

        Assert.Equal((DropletPhase.Staged, 1), (staged.Phase, staged.Staging!.Attempt));
        await world.NothingLeft();
    }

    [Fact]
    public async Task An_app_that_is_deleted_takes_its_staging_along()
    {
        await Begin("wait");
        await Started();

        Accepted(await App.Delete());

        await world.Until(async () => await App.Get() is null, "the end of the app");
        Assert.Null(await Build.Get());
        await world.NothingLeft();
    }

    [Fact]
    public async Task A_staging_that_takes_too_long_is_stopped()
    {
        await Begin("wait");
        await Started();

        world.Jump(StagingPolicy.Default.Timeout);
        var failed = await Ended();

        Assert.Equal((DropletPhase.Failed, BuildMachine.TimeExpired), (failed.Phase, failed.Error));
        await world.NothingLeft();
    }

    [Fact]
    public async Task One_build_of_an_app_is_staged_at_a_time()
    {
        var other = StagingId.Of(Guid.NewGuid());
        await Begin("wait");
        await Started();

        var refused = await Builds(other).Stage(package, new StagingWish());
        world.Engine.Finish(Attempt);
        await Ended();
        var next = await Builds(other).Stage(package, new StagingWish(MemoryMb: 512, DiskMb: 1024));

        Assert.Equal(RefusalReason.StagingInProgress, refused.Refusal!.Reason);
        Assert.Equal((DropletPhase.Staging, 512, 1024), (next.Value!.Phase, next.Value.Staging!.Spec!.MemoryMb, next.Value.Staging.Spec.DiskMb));
    }

    [Fact]
    public async Task A_build_is_no_droplet_before_it_is_STAGED()
    {
        await Begin("wait");
        await Started();

        var assigned = await App.AssignDroplet(build);

        Assert.Equal("Unable to assign current droplet. Ensure the droplet exists and belongs to this app.", assigned.Refusal!.Detail);
    }

    [Fact]
    public async Task Bits_of_a_buildpack_are_referred_to()
    {
        var shelf = await world.Silo.Grains.GetGrain<IBuildpackShelfGrain>(Keys.Buildpacks).Get();
        var digest = shelf.Find(buildpack)!.Digest!;

        var referred = await world.Silo.Services.GetRequiredService<Silo.Storage.Blobs.IBlobReferences>().Among([digest, new string('0', 64)], CancellationToken.None);

        Assert.Equal([digest], referred);
    }

    private IBuildpackUploadGrain Uploads => world.Silo.Grains.GetGrain<IBuildpackUploadGrain>(Keys.BuildpackUpload(buildpack));

    private IPackageGrain Packages => world.Silo.Grains.GetGrain<IPackageGrain>(Keys.Package(package));

    private IDropletGrain Builds(DropletId id) => world.Silo.Grains.GetGrain<IDropletGrain>(Keys.Droplet(id));

    /// <summary>Asks for a build whose container does what the script says.</summary>
    private async Task<DropletState> Begin(string script)
    {
        Accepted(await App.ChangeEnvironment(ImmutableSortedDictionary<string, string?>.Empty.Add("FAKE_STAGING", script)));
        var answer = await Build.Stage(package, new StagingWish());
        Accepted(answer);
        return answer.Value!;
    }

    private Task Started() => world.Until(() => world.Engine.Starts.Contains(Attempt), "the start of the staging");

    private async Task<DropletState> In(TaskPhase phase)
    {
        await world.Until(async () => (await Build.Get())?.Staging?.Phase == phase, $"a staging that is {phase}");
        return (await Build.Get())!;
    }

    private async Task<DropletState> Ended()
    {
        await world.Until(async () => (await Build.Get())!.Phase != DropletPhase.Staging, "the end of the build");
        return (await Build.Get())!;
    }

    private async Task<string[]> Entries(string digest)
    {
        await using var bits = await world.Silo.Services.GetRequiredService<IBlobStore>().Open(digest, CancellationToken.None);
        await using var zip = new ZipArchive(bits);
        return [.. zip.Entries.Select(each => each.FullName)];
    }

    private static async Task<Answer<T>> Upload<T>(byte[] bits, Func<Guid, byte[], Task<Answer<T>>> append, Func<Guid, Task<Answer<T>>> complete)
    {
        var upload = Guid.NewGuid();
        Accepted(await append(upload, bits));
        return await complete(upload);
    }

    private static byte[] Zip(string name)
    {
        using var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create))
        {
            using var file = archive.CreateEntry(name).Open();
            file.Write("content\n"u8);
        }

        return zip.ToArray();
    }

    private static void Accepted<T>(Answer<T> answer) => Assert.Null(answer.Refusal);
}
