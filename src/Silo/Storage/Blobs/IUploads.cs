using Granary.Core;

namespace Granary.Silo.Storage.Blobs;

/// <summary>The uploads of a blob store that are on their way, or were broken off.</summary>
internal interface IUploads
{
    /// <summary>
    /// Removes those that nothing was added to since <paramref name="since"/>, and the ends of uploads before <paramref name="endedSince"/>; returns how many.
    /// With such an end go its bits if nothing refers to them: the silo that had sealed them died before it said so in the package, or what referred to them went. Several silos may sweep at once.
    /// </summary>
    /// <param name="endedSince">Long enough ago that every package whose upload had ended then was saved or never will be.</param>
    Task<int> Sweep(DateTimeOffset since, DateTimeOffset endedSince, IBlobReferences references, CancellationToken cancellation);
}

/// <summary>How bits are looked at again whose package, droplet or buildpack went: by the sweep of uploads, which removes what nothing refers to.</summary>
internal static class BlobRelease
{
    /// <summary>One for each digest, however many release it.</summary>
    public static Guid UploadOf(string digest) => NamedGuid.Of($"released {digest}");
}

/// <summary>Who refers to bits.</summary>
internal interface IBlobReferences
{
    /// <summary>Those of the digests that a package or a droplet names.</summary>
    Task<IReadOnlySet<string>> Among(IReadOnlyCollection<string> digests, CancellationToken cancellation);
}
