using System.Collections.Immutable;
using Granary.Core;
using Granary.Core.Apps;
using Granary.Core.Builds;
using Granary.Core.Runtime;
using Granary.Grains.Contracts;
using Granary.Grains.Ports;

namespace Granary.Client;

public sealed partial class GranaryClient
{
    /// <summary>Bits travel in pieces of this size: large enough to be quick, small enough for a message.</summary>
    private const int PieceBytes = 512 * 1024;

    /// <summary>Makes an app. The name must be free in its space.</summary>
    public async Task<AppState> CreateApp(
        string name,
        Lifecycle lifecycle = Lifecycle.Bits,
        Guid? space = null,
        Metadata? metadata = null,
        ImmutableSortedDictionary<string, string?>? variables = null,
        AppId? id = null,
        ImmutableArray<string>? buildpacks = null,
        CancellationToken cancellation = default)
    {
        var home = space ?? Home.Space;
        if (await FindApp(name, home, cancellation) is { } taken && taken.Id != id)
        {
            throw new RefusedException(AppMachine.NameTaken(name));
        }

        return await Ask(() => App(id ?? new AppId(Guid.NewGuid())).Create(name, home, lifecycle, metadata ?? Metadata.Empty, variables ?? ImmutableSortedDictionary<string, string?>.Empty, buildpacks), cancellation);
    }

    /// <summary>The app of this name (compared without regard to case), or null.</summary>
    public async Task<AppState?> FindApp(string name, Guid? space = null, CancellationToken cancellation = default)
    {
        var query = new RowQuery { Names = [name], Scopes = [(space ?? Home.Space).ToString("D")], PerPage = 1 };
        return (await Apps(query, cancellation)).Items is [var found, ..] ? found : null;
    }

    /// <summary>The app, or null.</summary>
    public Task<AppState?> FindApp(AppId app, CancellationToken cancellation = default) => Call(() => App(app).Get(), cancellation);

    public Task<RowPage<AppState>> Apps(RowQuery query, CancellationToken cancellation = default) => Call(() => Listing.Apps(query), cancellation);

    /// <summary>Sets variables; a null value removes one.</summary>
    public Task<AppState> ChangeEnvironment(AppId app, ImmutableSortedDictionary<string, string?> variables, CancellationToken cancellation = default) =>
        Ask(() => App(app).ChangeEnvironment(variables), cancellation);

    public Task<AppState> AssignDroplet(AppId app, DropletId droplet, CancellationToken cancellation = default) => Ask(() => App(app).AssignDroplet(droplet), cancellation);

    public Task<AppState> Desire(AppId app, DesiredState desired, CancellationToken cancellation = default) => Ask(() => App(app).Desire(desired), cancellation);

    public Task<AppState> Relabel(AppId app, Metadata metadata, CancellationToken cancellation = default) => Ask(() => App(app).Relabel(metadata), cancellation);

    /// <summary>Changes labels and annotations: a null value removes its key, what is not named stays.</summary>
    public Task<AppState> ChangeMetadata(AppId app, ImmutableSortedDictionary<string, string?> labels, ImmutableSortedDictionary<string, string?> annotations, CancellationToken cancellation = default) =>
        Ask(() => App(app).ChangeMetadata(labels, annotations), cancellation);

    /// <summary>Changes several things of an app in one decision: it becomes true as a whole, or is refused.</summary>
    public Task<AppState> Edit(AppId app, AppEdit edit, CancellationToken cancellation = default) => Ask(() => App(app).Edit(edit), cancellation);

    /// <summary>Stops the app and begins to take it apart, its tasks, packages and droplets included. It is gone when <see cref="FindApp(AppId, CancellationToken)"/> finds nothing.</summary>
    public Task<AppState> Delete(AppId app, CancellationToken cancellation = default) => Ask(() => App(app).Delete(), cancellation);

    /// <param name="login">With which cells fetch the image from its registry.</param>
    public Task<PackageState> CreatePackage(AppId app, Lifecycle lifecycle, string? image = null, PackageId? id = null, RegistryPassword? login = null, CancellationToken cancellation = default)
    {
        var package = Package(id ?? new PackageId(Guid.NewGuid()));
        return Ask(() => package.Create(app, lifecycle, image, login), cancellation);
    }

    /// <summary>A package with the bits, or the image, of another app's.</summary>
    public Task<PackageState> CopyPackage(AppId app, PackageId source, PackageId? id = null, CancellationToken cancellation = default)
    {
        var package = Package(id ?? new PackageId(Guid.NewGuid()));
        return Ask(() => package.Copy(app, source), cancellation);
    }

    /// <summary>Uploads a zip and has it checked; a refused archive leaves the package FAILED. Of several uploads to one package the first that ends is taken, and the others are refused.</summary>
    public Task<PackageState> Upload(PackageId package, Stream zip, CancellationToken cancellation = default) => Carry(
        zip,
        (upload, offset, bits) => Package(package).Append(upload, offset, bits),
        upload => Package(package).Complete(upload),
        upload => Package(package).Abandon(upload),
        cancellation);

    /// <summary>Carries bits to whoever takes them, piece by piece.</summary>
    private async Task<T> Carry<T>(Stream zip, Func<Guid, long, byte[], Task<Answer<T>>> append, Func<Guid, Task<Answer<T>>> complete, Func<Guid, Task> abandon, CancellationToken cancellation)
    {
        var upload = Guid.NewGuid();
        var piece = new byte[PieceBytes];
        var offset = 0L;
        int read;
        while ((read = await Read()) > 0)
        {
            var (at, bits) = (offset, piece[..read]);
            await Ask(() => append(upload, at, bits), cancellation);
            offset += read;
        }

        return await Ask(() => complete(upload), cancellation);

        async Task<int> Read()
        {
            try
            {
                return await zip.ReadAtLeastAsync(piece, piece.Length, throwOnEndOfStream: false, cancellation);
            }
            catch (Exception) when (!cancellation.IsCancellationRequested)
            {
                await abandon(upload); // There is no more to come. Who cannot say so leaves it to the sweep of uploads.
                throw;
            }
        }
    }

    /// <summary>The package, or null.</summary>
    public Task<PackageState?> FindPackage(PackageId package, CancellationToken cancellation = default) => Call(() => Package(package).Get(), cancellation);

    public Task<RowPage<PackageState>> Packages(RowQuery query, CancellationToken cancellation = default) => Call(() => Listing.Packages(query), cancellation);

    /// <summary>Makes a droplet from a READY package; the droplet has the guid of its build. Where a buildpack has to run it is STAGING when this returns: <see cref="WaitStaged"/>.</summary>
    public Task<DropletState> Stage(PackageId package, DropletId? id = null, StagingWish? wish = null, CancellationToken cancellation = default)
    {
        var droplet = Droplet(id ?? StagingId.Of(Guid.NewGuid()));
        return Ask(() => droplet.Stage(package, wish ?? new StagingWish()), cancellation);
    }

    /// <summary>A droplet that will be uploaded as it is, with <see cref="UploadDroplet"/>.</summary>
    /// <param name="processTypes">Process type to command; null for what is found in it.</param>
    public Task<DropletState> CreateDroplet(AppId app, ImmutableSortedDictionary<string, string>? processTypes = null, DropletId? id = null, CancellationToken cancellation = default)
    {
        var droplet = Droplet(id ?? new DropletId(Guid.NewGuid()));
        return Ask(() => droplet.Promise(app, processTypes ?? ImmutableSortedDictionary<string, string>.Empty), cancellation);
    }

    /// <summary>Uploads the tar.gz of a droplet, as Cloud Foundry gives them out; one that is refused leaves the droplet FAILED.</summary>
    public Task<DropletState> UploadDroplet(DropletId droplet, Stream bits, CancellationToken cancellation = default) => Carry(
        bits,
        (upload, offset, piece) => Droplet(droplet).Append(upload, offset, piece),
        upload => Droplet(droplet).Complete(upload),
        upload => Droplet(droplet).Abandon(upload),
        cancellation);

    /// <summary>Returns when the build is STAGED or FAILED. Ends early only by its token.</summary>
    public async Task<DropletState> WaitStaged(DropletId build, CancellationToken cancellation = default)
    {
        while (true)
        {
            var state = await FindDroplet(build, cancellation) ?? throw new RefusedException(new Refusal(RefusalReason.BuildNotFound, "Build not found"));
            if (state.Phase != DropletPhase.Staging)
            {
                return state;
            }

            await Task.Delay(LookEvery, clock, cancellation);
        }
    }

    /// <summary>The build, which is a droplet once it is STAGED; or null.</summary>
    public Task<DropletState?> FindDroplet(DropletId droplet, CancellationToken cancellation = default) => Call(() => Droplet(droplet).Get(), cancellation);

    /// <summary>Those that are STAGED: what is a build yet, or came to nothing, is no droplet.</summary>
    public Task<RowPage<DropletState>> Droplets(RowQuery query, CancellationToken cancellation = default)
    {
        var staged = BuildMachine.Upper(DropletPhase.Staged);
        return query.States is { } states && !states.Contains(staged)
            ? Task.FromResult(new RowPage<DropletState>([], 0, null))
            : Call(() => Listing.Droplets(query with { States = [staged] }), cancellation);
    }

    /// <summary>The whole way of a push: makes the app if there is none, uploads the zip, stages it, and makes it the current droplet.</summary>
    public async Task<AppState> Push(string name, Stream zip, CancellationToken cancellation = default)
    {
        var app = await FindApp(name, null, cancellation) ?? await CreateApp(name, cancellation: cancellation);
        var package = await CreatePackage(app.Id, Lifecycle.Bits, cancellation: cancellation);
        await Upload(package.Id, zip, cancellation);
        var build = await WaitStaged((await Stage(package.Id, cancellation: cancellation)).Id, cancellation);
        return build.Error is { } error ? throw new RefusedException(new Refusal(RefusalReason.Invalid, error)) : await AssignDroplet(app.Id, build.Id, cancellation);
    }

    /// <summary>Pushes a Docker image by reference.</summary>
    public async Task<AppState> PushImage(string name, string image, CancellationToken cancellation = default)
    {
        var app = await FindApp(name, null, cancellation) ?? await CreateApp(name, Lifecycle.Docker, cancellation: cancellation);
        var package = await CreatePackage(app.Id, Lifecycle.Docker, image, cancellation: cancellation);
        return await AssignDroplet(app.Id, (await Stage(package.Id, cancellation: cancellation)).Id, cancellation);
    }

    private IAppGrain App(AppId app) => grains.GetGrain<IAppGrain>(Keys.App(app));

    private IPackageGrain Package(PackageId package) => grains.GetGrain<IPackageGrain>(Keys.Package(package));

    private IDropletGrain Droplet(DropletId droplet) => grains.GetGrain<IDropletGrain>(Keys.Droplet(droplet));
}
