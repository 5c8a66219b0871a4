using Granary.Core;
using Granary.Core.Apps;

namespace Granary.Grains.Contracts;

/// <summary>One package. Its key is <see cref="Keys.Package"/>.</summary>
public interface IPackageGrain : IGrainWithStringKey
{
    Task<Answer<PackageState>> Create(AppId app, Lifecycle lifecycle, string? image);

    Task<PackageState?> Get();

    /// <summary>Adds bits at an offset; repeating the last call is harmless.</summary>
    Task<Answer<PackageState>> Append(long offset, byte[] bits);

    /// <summary>Forgets bits that were added and will not be completed. The package goes on waiting for an upload.</summary>
    Task Abandon();

    /// <summary>Ends the upload: the bits are checked, and the package is READY or FAILED. Repeating it gives the same answer. A large archive takes minutes to hash and to check.</summary>
    [ResponseTimeout("00:15:00")]
    Task<Answer<PackageState>> Complete();
}

/// <summary>One droplet. Its key is <see cref="Keys.Droplet"/>; its build has the same guid.</summary>
public interface IDropletGrain : IGrainWithStringKey
{
    /// <summary>Makes the droplet from a READY package. Idempotent. The archive is read once more, for its Procfile.</summary>
    [ResponseTimeout("00:15:00")]
    Task<Answer<DropletState>> Stage(PackageId package);

    Task<DropletState?> Get();
}
