namespace Granary.Silo.Storage.Blobs;

/// <summary>The uploads of a blob store that are on their way, or were broken off.</summary>
internal interface IUploads
{
    /// <summary>Removes those that nothing was added to since then, and the answers that nobody has asked for again; returns how many. Several silos may do so at once.</summary>
    Task<int> Sweep(DateTimeOffset since, CancellationToken cancellation);
}
