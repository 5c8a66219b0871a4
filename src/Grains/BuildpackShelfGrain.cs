using Granary.Core;
using Granary.Core.Builds;
using Granary.Core.Tasks;
using Granary.Grains.Contracts;
using Granary.Grains.Ports;

namespace Granary.Grains;

/// <summary>The thin shell around <see cref="BuildpackMachine"/>.</summary>
internal sealed class BuildpackShelfGrain(
    [PersistentState(BuildpackDocument.Kind, StorageNames.Granary)] IPersistentState<BuildpackDocument> store,
    IBlobStore blobs,
    TaskPolicy policy,
    TimeProvider clock) : DurableGrain<BuildpackDocument, BuildpackShelf>(store), IBuildpackShelfGrain
{
    public Task<BuildpackShelf> Get() => Reload();

    public Task<Answer<BuildpackShelf>> Create(BuildpackId id, BuildpackChange change) => Handle(new BuildpackEvent.Created(clock.GetUtcNow(), id, change, policy.StackImage));

    public Task<Answer<BuildpackShelf>> Change(BuildpackId id, BuildpackChange change) => Handle(new BuildpackEvent.Changed(clock.GetUtcNow(), id, change, policy.StackImage));

    public Task<Answer<BuildpackShelf>> TakeBits(BuildpackId id, string digest, string fileName) => Handle(new BuildpackEvent.Uploaded(clock.GetUtcNow(), id, digest, fileName));

    public Task<Answer<BuildpackShelf>> Remove(BuildpackId id) => Handle(new BuildpackEvent.Removed(clock.GetUtcNow(), id));

    private async Task<Answer<BuildpackShelf>> Handle(BuildpackEvent @event)
    {
        var (before, decision) = await Decide(shelf => BuildpackMachine.Decide(shelf, @event));
        foreach (var digest in Digests(before).Except(Digests(decision.Next)))
        {
            await blobs.Release(digest, CancellationToken.None);
        }

        await Keep(@event, decision, decision.Next.Check());
        return new(decision.Next, decision.Refusal);
    }

    private static IEnumerable<string> Digests(BuildpackShelf shelf) => shelf.All.Select(each => each.Digest).OfType<string>();
}
