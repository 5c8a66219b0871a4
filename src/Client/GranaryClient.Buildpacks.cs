using Granary.Core.Builds;
using Granary.Grains.Contracts;

namespace Granary.Client;

public sealed partial class GranaryClient
{
    private IBuildpackShelfGrain Shelf => grains.GetGrain<IBuildpackShelfGrain>(Keys.Buildpacks);

    /// <summary>All buildpacks, in the order in which staging tries them.</summary>
    public Task<BuildpackShelf> Buildpacks(CancellationToken cancellation = default) => Call(() => Shelf.Get(), cancellation);

    /// <summary>Adds a buildpack, which staging uses once its zip was uploaded.</summary>
    public Task<BuildpackShelf> CreateBuildpack(BuildpackId id, BuildpackChange change, CancellationToken cancellation = default) => Ask(() => Shelf.Create(id, change), cancellation);

    public Task<BuildpackShelf> ChangeBuildpack(BuildpackId id, BuildpackChange change, CancellationToken cancellation = default) => Ask(() => Shelf.Change(id, change), cancellation);

    /// <summary>Takes a buildpack away. What is being staged with it goes on.</summary>
    public Task<BuildpackShelf> RemoveBuildpack(BuildpackId id, CancellationToken cancellation = default) => Ask(() => Shelf.Remove(id), cancellation);

    /// <summary>Uploads the zip of a buildpack and has it checked; one that is refused changes nothing.</summary>
    public Task<BuildpackShelf> UploadBuildpack(BuildpackId id, string fileName, Stream zip, CancellationToken cancellation = default)
    {
        var grain = grains.GetGrain<IBuildpackUploadGrain>(Keys.BuildpackUpload(id));
        return Carry(zip, grain.Append, upload => grain.Complete(upload, fileName), grain.Abandon, cancellation);
    }
}
