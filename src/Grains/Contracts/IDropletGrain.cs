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

    /// <summary>Ends the upload: the bits are checked, and the package is READY or FAILED.</summary>
    Task<Answer<PackageState>> Complete();
}

/// <summary>One droplet. Its key is <see cref="Keys.Droplet"/>; its build has the same guid.</summary>
public interface IDropletGrain : IGrainWithStringKey
{
    /// <summary>Makes the droplet from a READY package. Idempotent.</summary>
    Task<Answer<DropletState>> Stage(PackageId package);

    Task<DropletState?> Get();
}
