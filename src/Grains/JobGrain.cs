using Granary.Core.Jobs;
using Granary.Grains.Contracts;
using Granary.Grains.Ports;

namespace Granary.Grains;

/// <summary>One job: written once. Whether it is done is asked of what it is about, so that nothing can forget to say so.</summary>
internal sealed class JobGrain(
    [PersistentState(JobDocument.Kind, StorageNames.Granary)] IPersistentState<JobDocument> store,
    TimeProvider clock) : DurableGrain<JobDocument, JobState>(store), IJobGrain
{
    public async Task<JobState> Begin(JobState job)
    {
        if (State.Operation.Length == 0)
        {
            await Save(job with { Id = new JobId(Keys.Guid(this.GetPrimaryKeyString())), CreatedAt = clock.GetUtcNow() });
        }

        return State;
    }

    public async Task<JobView?> Get() =>
        State.Operation.Length == 0 ? null
        : new JobView(State, State.Ends is not { } app || await GrainFactory.GetGrain<IAppGrain>(Keys.App(app)).Get() is null);
}
