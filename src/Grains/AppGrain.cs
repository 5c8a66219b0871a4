using System.Collections.Immutable;
using System.Diagnostics;
using Granary.Core;
using Granary.Core.Apps;
using Granary.Core.Tasks;
using Granary.Grains.Contracts;
using Granary.Grains.Ports;

namespace Granary.Grains;

/// <summary>The thin shell around <see cref="AppMachine"/>, and the one decision point of every submit.</summary>
internal sealed class AppGrain(
    [PersistentState(AppDocument.Kind, StorageNames.Granary)] IPersistentState<AppDocument> store,
    TaskPolicy policy,
    TimeProvider clock) : DurableGrain<AppDocument, AppState>(store), IAppGrain
{
    private int sequenceId;
    private int sequenceIdsLeft;
    private int sequenceIdsGiven;

    public async Task<Answer<AppState>> Create(string name, Guid space, Lifecycle lifecycle, Metadata metadata, ImmutableSortedDictionary<string, string?> variables)
    {
        try
        {
            return await Handle(new AppEvent.Created(clock.GetUtcNow(), new AppId(Keys.Guid(this.GetPrimaryKeyString())), name, space, lifecycle, metadata, variables));
        }
        catch (NameTakenException)
        {
            // The database alone can tell: two apps of one name may be made at the same instant.
            return new(new Refusal(RefusalReason.Invalid, $"App with the name '{name}' already exists."));
        }
    }

    public Task<AppState?> Get() => Task.FromResult(State.Exists ? State : null);

    public async Task<Answer<Admission>> Admit(TaskId task, TaskSubmission request)
    {
        if (!State.Exists)
        {
            return new(new Refusal(RefusalReason.AppNotFound, "App not found"));
        }

        var droplet = await Droplet(request.Droplet ?? State.CurrentDroplet);
        var (spec, refusal) = TaskRules.Resolve(request, task, State, droplet, policy);
        return spec is null ? new(refusal!) : new(new Admission(await NextSequenceId(), spec));
    }

    public async Task<Answer<AppState>> AssignDroplet(DropletId droplet) =>
        await Droplet(droplet) is { } found
            ? await Handle(new AppEvent.DropletAssigned(clock.GetUtcNow(), found))
            : new(new Refusal(RefusalReason.Invalid, "Unable to assign current droplet. Ensure the droplet exists and belongs to this app."));

    public Task<Answer<AppState>> AddPackage(PackageId package) => Handle(new AppEvent.PackageAdded(clock.GetUtcNow(), package));

    public Task<Answer<AppState>> ChangeEnvironment(ImmutableSortedDictionary<string, string?> variables) => Handle(new AppEvent.EnvironmentChanged(clock.GetUtcNow(), variables));

    public Task<Answer<AppState>> Desire(DesiredState desired) => Handle(new AppEvent.StateDesired(clock.GetUtcNow(), desired));

    public Task<Answer<AppState>> Relabel(Metadata metadata) => Handle(new AppEvent.Relabelled(clock.GetUtcNow(), metadata));

    public Task<Answer<AppState>> ChangeMetadata(ImmutableSortedDictionary<string, string?> labels, ImmutableSortedDictionary<string, string?> annotations) =>
        Relabel(MetadataRules.Merge(State.Metadata, labels, annotations));

    private async Task<DropletState?> Droplet(DropletId? droplet) =>
        droplet is { } id ? await GrainFactory.GetGrain<IDropletGrain>(Keys.Droplet(id)).Get() : null;

    private async Task<int> NextSequenceId()
    {
        if (sequenceIdsLeft == 0)
        {
            var taken = State.SequenceIdsTaken;
            await Handle(new AppEvent.SequenceIdsNeeded(clock.GetUtcNow(), sequenceIdsGiven));
            sequenceId = taken;
            sequenceIdsLeft = State.SequenceIdsTaken - taken;
        }

        sequenceIdsLeft--;
        sequenceIdsGiven++;
        return ++sequenceId;
    }

    private async Task<Answer<AppState>> Handle(AppEvent @event)
    {
        var before = State;
        var decision = AppMachine.Decide(before, @event);
        if (AppInvariants.Check(before, decision) is { IsEmpty: false } broken)
        {
            throw new UnreachableException($"{@event} would break {string.Join("; ", broken)}");
        }

        if (decision.Changes)
        {
            await Save(decision.Next);
        }

        return new(decision.Next, decision.Refusal);
    }
}
