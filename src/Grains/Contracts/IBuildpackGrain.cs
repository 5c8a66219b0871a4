using Granary.Core;
using Granary.Core.Builds;

namespace Granary.Grains.Contracts;

/// <summary>All buildpacks: one state, so that positions and names are decided in one place. There is one, with the key <see cref="Keys.Buildpacks"/>.</summary>
public interface IBuildpackShelfGrain : IGrainWithStringKey
{
    Task<BuildpackShelf> Get();

    /// <summary>Adds one. Repeated with the same guid it finds the one that it made.</summary>
    Task<Answer<BuildpackShelf>> Create(BuildpackId id, BuildpackChange change);

    Task<Answer<BuildpackShelf>> Change(BuildpackId id, BuildpackChange change);

    /// <summary>Bits that were checked become the buildpack's.</summary>
    Task<Answer<BuildpackShelf>> TakeBits(BuildpackId id, string digest, string fileName);

    /// <summary>Takes one away. Its bits go an hour later at the earliest, because what is being staged may be about to use them.</summary>
    Task<Answer<BuildpackShelf>> Remove(BuildpackId id);
}

/// <summary>Takes the bits of one buildpack, beside the shelf, which others read meanwhile. Its key is <see cref="Keys.BuildpackUpload"/>; it keeps nothing.</summary>
public interface IBuildpackUploadGrain : IGrainWithStringKey
{
    /// <summary>As of a package: <see cref="IPackageGrain.Append"/>.</summary>
    Task<Answer<BuildpackShelf>> Append(Guid upload, long offset, byte[] bits);

    /// <summary>Forgets bits that were added and will not be completed.</summary>
    Task Abandon(Guid upload);

    /// <summary>Ends an upload: the bits are checked, and are the buildpack's from then on. Repeating it is harmless. A large archive takes minutes to hash and to check.</summary>
    [ResponseTimeout("00:15:00")]
    Task<Answer<BuildpackShelf>> Complete(Guid upload, string fileName);
}
