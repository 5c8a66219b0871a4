using Granary.Core;
using Granary.Core.Cells;
using Granary.Grains.Contracts;
using Granary.Grains.Ports;

namespace Granary.Grains;

/// <summary>The thin shell around <see cref="DrainMachine"/>.</summary>
internal sealed class DrainGrain([PersistentState(DrainDocument.Kind, StorageNames.Granary)] IPersistentState<DrainDocument> store, TimeProvider clock)
    : DurableGrain<DrainDocument, DrainState>(store), IDrainGrain
{
    private const string HostEnds = "its host ends";

    public Task<DrainState> Get() => Task.FromResult(State);

    public Task<Answer<DrainState>> Drain(TimeSpan deadline, string why) => Handle(new DrainEvent.DrainRequested(clock.GetUtcNow(), deadline, why));

    public Task<Answer<DrainState>> DrainForEnd(TimeSpan deadline, string server) => Handle(new DrainEvent.DrainRequested(clock.GetUtcNow(), deadline, HostEnds, server));

    public Task<Answer<DrainState>> Uncordon() => Handle(new DrainEvent.UncordonRequested(clock.GetUtcNow()));

    public async Task<DrainState> Hear(string server, int attempts, bool isClosed, bool ends) => (await Handle(new DrainEvent.Heard(clock.GetUtcNow(), server, attempts, isClosed, ends))).Value!;

    private async Task<Answer<DrainState>> Handle(DrainEvent @event)
    {
        var before = State with { Cell = new CellId(Keys.Name(this.GetPrimaryKeyString())) };
        var decision = DrainMachine.Decide(before, @event);
        await Keep(@event, decision, DrainInvariants.Check(before, @event, decision));
        return new(decision.Next, decision.Refusal);
    }
}
