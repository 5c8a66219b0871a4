using System.Collections.Immutable;
using System.IO.Compression;
using System.Text;
using Granary.Core;
using Granary.Core.Apps;
using Granary.Core.Builds;
using Granary.Core.Tasks;
using Granary.Grains.Contracts;
using Granary.Grains.Ports;
using Granary.Grains.Tests.Worlds;
using Granary.Silo.Storage.Blobs;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Grains.Tests;

/// <summary>Apps, packages and droplets over grains: what is made, and what is refused.</summary>
public sealed class AppTests : IAsyncLifetime
{
    private readonly AppId app = new(Guid.NewGuid());
    private readonly PackageId package = new(Guid.NewGuid());
    private readonly DropletId droplet = new(Guid.NewGuid());
    private readonly Guid upload = Guid.NewGuid();
    private World world = null!;

    private IAppGrain App => world.Silo.Grains.GetGrain<IAppGrain>(Keys.App(app));

    private IPackageGrain Package => world.Silo.Grains.GetGrain<IPackageGrain>(Keys.Package(package));

    private IDropletGrain Droplet => world.Silo.Grains.GetGrain<IDropletGrain>(Keys.Droplet(droplet));

    private string[] Blobs => Directory.GetFiles(Path.Combine(world.Folder, "blobs"), "*", SearchOption.AllDirectories);

    public async Task InitializeAsync() => world = await World.Begin();

    public async Task DisposeAsync() => await world.DisposeAsync();

    [Fact]
    public async Task An_uploaded_zip_becomes_the_droplet_of_its_app()
    {
        await App.Create("app", Home.Space, Lifecycle.Bits, Metadata.Empty, ImmutableSortedDictionary<string, string?>.Empty);
        await Package.Create(app, Lifecycle.Bits, null);
        var zip = Zip(("Procfile", "worker: ./work"), ("work", "echo"));
        Assert.Equal(RefusalReason.PackageNotReady, (await Droplet.Stage(package, new StagingWish())).Refusal!.Reason);

        Assert.Equal(RefusalReason.Conflict, (await Package.Append(upload, 1, zip)).Refusal!.Reason);
        await Package.Append(upload, 0, zip[..50]);
        await Package.Append(upload, 50, zip[50..]);
        await Package.Append(upload, 50, zip[50..]);
        var ready = (await Package.Complete(upload)).Value!;
        var again = await Package.Complete(upload);
        var staged = (await Droplet.Stage(package, new StagingWish())).Value!;
        var assigned = (await App.AssignDroplet(droplet)).Value!;

        Assert.Equal((PackagePhase.Ready, zip.Length), (ready.Phase, ready.SizeBytes));
        Assert.Equal(ready, again.Value);
        Assert.Equal("./work", staged.ProcessTypes["worker"]);
        Assert.Equal(ready.Digest, staged.Source!.DropletDigest);
        Assert.Equal(droplet, assigned.CurrentDroplet);
        Assert.Equal(RefusalReason.AlreadyUploaded, (await Package.Append(Guid.NewGuid(), 0, zip)).Refusal!.Reason);
    }

    [Fact]
    public async Task An_app_whose_space_is_gone_by_the_time_that_it_is_written_is_refused_and_goes()
    {
        var created = await App.Create("app", Guid.NewGuid(), Lifecycle.Bits, Metadata.Empty, ImmutableSortedDictionary<string, string?>.Empty);

        Assert.Equal("Invalid space. Ensure that the space exists and you have access to it.", created.Refusal?.Detail);
        await world.Until(async () => await App.Get() is null, "the end of the app");
    }

    [Fact]
    public async Task Of_two_uploads_at_once_the_first_that_ends_is_taken_whole_and_the_other_is_refused()
    {
        await App.Create("app", Home.Space, Lifecycle.Bits, Metadata.Empty, ImmutableSortedDictionary<string, string?>.Empty);
        await Package.Create(app, Lifecycle.Bits, null);
        var other = Guid.NewGuid();
        var (mine, theirs) = (Zip(("mine", "echo")), Zip(("theirs", "echo and more"), ("Procfile", "worker: theirs")));

        await Package.Append(upload, 0, mine[..50]);
        await Package.Append(other, 0, theirs[..70]);
        await Package.Append(upload, 50, mine[50..]);
        await Package.Append(other, 70, theirs[70..]);
        var taken = await Package.Complete(other);
        var refused = await Package.Complete(upload);

        Assert.Equal((PackagePhase.Ready, theirs.Length), (taken.Value!.Phase, taken.Value.SizeBytes));
        Assert.Equal("theirs", (await Droplet.Stage(package, new StagingWish())).Value!.ProcessTypes["worker"]);
        Assert.Equal(RefusalReason.AlreadyUploaded, refused.Refusal!.Reason);
        Assert.Equal(RefusalReason.AlreadyUploaded, (await Package.Append(upload, 0, mine)).Refusal!.Reason);
        Assert.Equal(taken.Value, (await Package.Complete(other)).Value);
        Assert.Equal(2, Blobs.Length); // The bits, and the end of their upload.
    }

    [Fact]
    public async Task Bits_of_a_silo_that_died_before_it_saved_their_package_are_swept_and_those_of_a_package_stay()
    {
        await App.Create("app", Home.Space, Lifecycle.Bits, Metadata.Empty, ImmutableSortedDictionary<string, string?>.Empty);
        await Package.Create(app, Lifecycle.Bits, null);
        await Package.Append(upload, 0, Zip(("lost", "echo")));
        world.Silo.Fate.DieAt("write package", after: false);
        Package.Complete(upload).Ignore();
        await world.Until(() => world.Silo.Fate.Died.IsCompleted, "the death before the package was saved");
        await world.Restart();
        var again = Guid.NewGuid();
        await Package.Append(again, 0, Zip(("kept", "echo")));
        var kept = (await Package.Complete(again)).Value!;
        Assert.Equal(4, Blobs.Length);

        var uploads = new DirectoryBlobStore(Path.Combine(world.Folder, "blobs"));
        var (young, old) = (TimeProvider.System.GetUtcNow().AddHours(-1), TimeProvider.System.GetUtcNow().AddHours(1));
        Assert.Equal(0, await uploads.Sweep(young, young, world.Silo.Services.GetRequiredService<IBlobReferences>(), CancellationToken.None));
        Assert.Equal(2, await uploads.Sweep(old, old, world.Silo.Services.GetRequiredService<IBlobReferences>(), CancellationToken.None));

        Assert.EndsWith(kept.Digest!, Assert.Single(Blobs), StringComparison.Ordinal);
        Assert.Equal(PackagePhase.Ready, (await Package.Get())!.Phase);
    }

    [Fact]
    public async Task A_refused_archive_says_why_each_time_and_leaves_no_bits()
    {
        await App.Create("app", Home.Space, Lifecycle.Bits, Metadata.Empty, ImmutableSortedDictionary<string, string?>.Empty);
        await Package.Create(app, Lifecycle.Bits, null);
        await Package.Append(upload, 0, Zip(("../escape", "x")));

        var first = await Package.Complete(upload);
        var second = await Package.Complete(upload);

        Assert.Equal(RefusalReason.Unreadable, first.Refusal!.Reason);
        Assert.Equal(first.Refusal.Detail, second.Refusal!.Detail);
        Assert.Equal(PackagePhase.Failed, (await Package.Get())!.Phase);
        Assert.Empty(Blobs);
    }

    [Fact]
    public async Task An_upload_without_bits_is_refused_and_may_still_be_made()
    {
        await App.Create("app", Home.Space, Lifecycle.Bits, Metadata.Empty, ImmutableSortedDictionary<string, string?>.Empty);
        await Package.Create(app, Lifecycle.Bits, null);

        var empty = await Package.Complete(upload);
        await Package.Append(upload, 0, Zip(("work", "echo")));

        Assert.Equal(RefusalReason.Unreadable, empty.Refusal!.Reason);
        Assert.Equal(PackagePhase.Ready, (await Package.Complete(upload)).Value!.Phase);
    }

    [Fact]
    public async Task What_does_not_exist_or_does_not_fit_is_refused()
    {
        var space = Home.Space;
        var other = world.Silo.Grains.GetGrain<IAppGrain>(Keys.App(new AppId(Guid.NewGuid())));
        Assert.Equal(RefusalReason.AppNotFound, (await Package.Create(app, Lifecycle.Bits, null)).Refusal!.Reason);
        Assert.Equal(RefusalReason.AppNotFound, (await world.Grain(new TaskId(Guid.NewGuid())).Submit(app, new TaskSubmission { Command = "true" })).Refusal!.Reason);
        Assert.Equal(RefusalReason.TaskNotFound, (await world.Grain(new TaskId(Guid.NewGuid())).Cancel()).Refusal!.Reason);
        await App.Create("Twin", space, Lifecycle.Bits, Metadata.Empty, ImmutableSortedDictionary<string, string?>.Empty);

        var twin = await other.Create("tWIN", space, Lifecycle.Bits, Metadata.Empty, ImmutableSortedDictionary<string, string?>.Empty);
        var image = await Package.Create(app, Lifecycle.Docker, "busybox");
        var started = await App.Desire(DesiredState.Started);
        var unstaged = await App.AssignDroplet(droplet);

        Assert.Equal("App with the name 'tWIN' already exists.", twin.Refusal!.Detail);
        Assert.Null(await other.Get());
        Assert.Equal(RefusalReason.Invalid, image.Refusal!.Reason);
        Assert.Equal(AppMachine.NoDroplet, started.Refusal!.Detail);
        Assert.Equal(RefusalReason.Invalid, unstaged.Refusal!.Reason);
    }

    [Fact]
    public async Task Listings_show_what_is_committed()
    {
        var done = await world.Submit("exit 3");
        await world.Ended(done);
        var runs = await world.Running("wait");
        var listing = world.Silo.Grains.GetGrain<IListingGrain>(0);

        Assert.Equal([done, runs], (await listing.Tasks(new RowQuery { Apps = [world.App.Value] })).Items.Select(each => each.Id));
        Assert.Equal([runs], (await listing.Tasks(new RowQuery { States = ["RUNNING"] })).Items.Select(each => each.Id));
        Assert.Equal([world.App], (await listing.Apps(new RowQuery())).Items.Select(each => each.Id));
        Assert.Single((await listing.Packages(new RowQuery())).Items);
        Assert.Single((await listing.Droplets(new RowQuery())).Items);
        Assert.Equal("Exit status 3", Encoding.UTF8.GetString((await listing.Logs(new LogQuery(world.App, done.Value)))[^1].Text.Span));
    }

    private static byte[] Zip(params (string Name, string Text)[] files)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, text) in files)
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(Encoding.UTF8.GetBytes(text));
            }
        }

        return bytes.ToArray();
    }
}
