using Granary.Core;
using Granary.Core.Builds;
using Granary.Grains.Contracts;
using Granary.Grains.Ports;

namespace Granary.Grains;

/// <summary>Takes the bits of one buildpack and has them checked; what comes of it is decided by the shelf.</summary>
internal sealed class BuildpackUploadGrain(IBlobStore blobs, IArchiveInspector archives) : Grain, IBuildpackUploadGrain
{
    private IBuildpackShelfGrain Shelf => GrainFactory.GetGrain<IBuildpackShelfGrain>(Keys.Buildpacks);

    private BuildpackId Id => new(Keys.Guid(this.GetPrimaryKeyString()));

    public async Task<Answer<BuildpackShelf>> Append(Guid upload, long offset, byte[] bits)
    {
        if (offset == 0 && await Refuse() is { } refusal)
        {
            return new(refusal);
        }

        return await blobs.Append(upload, offset, bits, CancellationToken.None)
            ? new(new BuildpackShelf())
            : new(UploadRefusals.Gap(offset));
    }

    public Task Abandon(Guid upload) => blobs.Abandon(upload, CancellationToken.None);

    public async Task<Answer<BuildpackShelf>> Complete(Guid upload, string fileName)
    {
        if (await Refuse() is { } refusal)
        {
            await Abandon(upload);
            return new(refusal);
        }

        Blob blob;
        try
        {
            blob = await blobs.Complete(upload, CancellationToken.None);
        }
        catch (FileNotFoundException)
        {
            await Abandon(upload);
            return new(new Refusal(RefusalReason.Unreadable, $"{fileName} cannot be empty"));
        }

        // Bits that are refused stay until the sweep of uploads: a package may have the same.
        return await Fault(blob.Digest) is { } fault
            ? new(new Refusal(RefusalReason.Unreadable, fault))
            : await Shelf.TakeBits(Id, blob.Digest, fileName);
    }

    private async Task<string?> Fault(string digest)
    {
        await using var bits = await blobs.Open(digest, CancellationToken.None);
        return (await archives.Inspect(bits, CancellationToken.None)).Fault;
    }

    private async Task<Refusal?> Refuse() => (await Shelf.Get()).Find(Id) switch
    {
        null => BuildpackMachine.NotFound,
        { IsLocked: true } => BuildpackMachine.Locked,
        _ => null,
    };
}
