using System.Collections.Immutable;
using Granary.Core;
using Granary.Core.Apps;
using Granary.Core.Builds;
using Granary.Core.Runtime;

namespace Granary.Grains.Contracts;

/// <summary>One package. Its key is <see cref="Keys.Package"/>.</summary>
public interface IPackageGrain : IGrainWithStringKey
{
    /// <param name="login">With which the image is fetched from its registry; sealed before it is stored.</param>
    Task<Answer<PackageState>> Create(AppId app, Lifecycle lifecycle, string? image, RegistryPassword? login = null);

    /// <summary>Makes a package of another app's, with the same bits or image. Idempotent.</summary>
    Task<Answer<PackageState>> Copy(AppId app, PackageId source);

    Task<PackageState?> Get();

    /// <summary>Removes the package of an app that is being deleted; its bits go later, if no other package has the same.</summary>
    Task Forget();

    /// <summary>Adds bits at an offset of an upload, whose guid the caller makes up; repeating a call is harmless. Uploads to one package do not see each other.</summary>
    Task<Answer<PackageState>> Append(Guid upload, long offset, byte[] bits);

    /// <summary>Forgets bits that were added and will not be completed. The package goes on waiting for an upload.</summary>
    Task Abandon(Guid upload);

    /// <summary>
    /// Ends an upload: the bits are checked, and the package is READY or FAILED. Repeating it gives the same answer. Of several uploads the first
    /// that ends is the package's; the others are refused. A large archive takes minutes to hash and to check.
    /// </summary>
    [ResponseTimeout("00:15:00")]
    Task<Answer<PackageState>> Complete(Guid upload);
}

/// <summary>One build, and the droplet that it makes. Its key is <see cref="Keys.Droplet"/>; both have the same guid.</summary>
public interface IDropletGrain : IWorkGrain
{
    /// <summary>
    /// Makes a droplet from a READY package: at once, or as STAGING in a container, and then the guid must be one of <see cref="StagingId"/>. Idempotent. The archive is read once more, for its Procfile.
    /// </summary>
    [ResponseTimeout("00:15:00")]
    Task<Answer<DropletState>> Stage(PackageId package, StagingWish wish);

    /// <summary>Makes a droplet that will be uploaded as it is: the tar.gz that Cloud Foundry gives out. Idempotent.</summary>
    /// <param name="processTypes">Process type to command; empty for what is found in it.</param>
    Task<Answer<DropletState>> Promise(AppId app, ImmutableSortedDictionary<string, string> processTypes);

    /// <summary>As of a package: <see cref="IPackageGrain.Append"/>.</summary>
    Task<Answer<DropletState>> Append(Guid upload, long offset, byte[] bits);

    /// <summary>Forgets bits that were added and will not be completed.</summary>
    Task Abandon(Guid upload);

    /// <summary>Ends an upload: the droplet is STAGED or FAILED. Repeating it gives the same answer; of several uploads the first that ends is the droplet's.</summary>
    [ResponseTimeout("00:15:00")]
    Task<Answer<DropletState>> Complete(Guid upload);

    /// <summary>The build; what is not STAGED is no droplet yet, or never will be.</summary>
    Task<DropletState?> Get();

    /// <summary>Asks for the end of a staging; what has ended stays as it is.</summary>
    Task Cancel();

    /// <summary>Removes the droplet of an app that is being deleted. False while it is being staged.</summary>
    Task<bool> Forget();
}
