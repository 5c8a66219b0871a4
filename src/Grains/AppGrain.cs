using System.Collections.Immutable;
using Granary.Core;
using Granary.Core.Apps;
using Granary.Core.Audit;
using Granary.Core.Instances;
using Granary.Core.Quotas;
using Granary.Core.Tasks;
using Granary.Grains.Contracts;
using Granary.Grains.Ports;
using Microsoft.Extensions.Logging;

namespace Granary.Grains;

/// <summary>
/// The thin shell around <see cref="AppMachine"/>, and the one decision point of every submit. What is wanted of instances is told to them beside the calls,
/// after it is durable; what dies with this activation is told by the next one, because the row says that it is due.
/// </summary>
internal sealed partial class AppGrain(
    [PersistentState(AppDocument.Kind, StorageNames.Granary)] IPersistentState<AppDocument> store,
    TaskPolicy policy,
    CrashPolicy crashes,
    IQuotas quotas,
    IDirectory directory,
    IUsage usage,
    AppLog log,
    TimeProvider clock,
    ILogger<AppGrain> logger) : DurableGrain<AppDocument, AppState>(store), IAppGrain
{
    /// <summary>Each is a durable write of another row; more at once only wait for the database.</summary>
    private const int ToldAtOnce = 16;

    private int sequenceId;
    private int sequenceIdsLeft;
    private int sequenceIdsGiven;
    private int telling;

    public async Task<Answer<AppState>> Create(string name, Guid space, Lifecycle lifecycle, Metadata metadata, ImmutableSortedDictionary<string, string?> variables, ImmutableArray<string>? buildpacks)
    {
        Answer<AppState> created;
        try
        {
            created = await Handle(new AppEvent.Created(clock.GetUtcNow(), new AppId(Keys.Guid(this.GetPrimaryKeyString())), name, space, lifecycle, metadata, variables, buildpacks), Audited("create"));
        }
        catch (NameTakenException)
        {
            return new(AppMachine.NameTaken(name));
        }

        if (created.Refusal is not null || await directory.IsThere(space, CancellationToken.None))
        {
            return created;
        }

        await Handle(new AppEvent.DeletionRequested(clock.GetUtcNow())); // Its space was removed meanwhile, and whoever did so did not see it.
        return new(new Refusal(RefusalReason.Invalid, AppMachine.NoSpace));
    }

    public Task<AppState?> Get() => Task.FromResult(State.Exists ? State : null);

    public async Task<Answer<Admission>> Admit(TaskId task, TaskSubmission request)
    {
        if (!State.Exists || State.IsDeleted)
        {
            return new(new Refusal(RefusalReason.AppNotFound, "App not found"));
        }

        var droplet = await Droplet(request.Droplet ?? State.CurrentDroplet);
        var standing = await Standing();
        var (spec, refusal) = TaskRules.Resolve(request, task, State, droplet, policy, Core.Quotas.Standing.PlaceOf(standing));
        refusal ??= await Claimed(Claim.Of(task, State.Space, spec!, clock.GetUtcNow()), standing);
        return refusal is null ? new(new Admission(await NextSequenceId(), spec!)) : new(refusal);
    }

    public async Task<Answer<AppState>> AssignDroplet(DropletId droplet) =>
        await Droplet(droplet) is { } found
            ? await Handle(new AppEvent.DropletAssigned(clock.GetUtcNow(), found), app => AuditRules.OfDroplet(app, clock.GetUtcNow()))
            : new(new Refusal(RefusalReason.Invalid, "Unable to assign current droplet. Ensure the droplet exists and belongs to this app."));

    public Task<Answer<AppState>> AddPackage(PackageId package) => Handle(new AppEvent.PackageAdded(clock.GetUtcNow(), package));

    public Task<Answer<AppState>> ChangeEnvironment(ImmutableSortedDictionary<string, string?> variables) => Handle(new AppEvent.EnvironmentChanged(clock.GetUtcNow(), variables), app => AuditRules.OfEnvironment(app, clock.GetUtcNow()));

    public async Task<Answer<AppState>> Desire(DesiredState desired) =>
        desired == DesiredState.Started
            ? await Handle(new AppEvent.StateDesired(clock.GetUtcNow(), desired, await Droplet(State.CurrentDroplet), await Place()), Audited("start"))
            : await Handle(new AppEvent.StateDesired(clock.GetUtcNow(), desired), Audited("stop"));

    public async Task<Answer<AppState>> Restart() => await Handle(new AppEvent.RestartRequested(clock.GetUtcNow(), await Droplet(State.CurrentDroplet), await Place()), Audited("restart"));

    public async Task<Answer<AppState>> ChangeProcess(string type, ProcessChange change)
    {
        var faults = ProcessRules.Faults(change, policy);
        return faults.IsEmpty
            ? await Handle(new AppEvent.ProcessChanged(clock.GetUtcNow(), type, change, await Droplet(State.CurrentDroplet)), app => AuditRules.OfProcess(app, type, change, clock.GetUtcNow()))
            : new(new Refusal(RefusalReason.Invalid, faults));
    }

    public async Task<Answer<AppState>> Edit(AppEdit edit)
    {
        var faults = edit.Processes.SelectMany(each => ProcessRules.Faults(each.Value, policy).Select(fault => $"Process \"{each.Key}\": {fault}")).ToImmutableArray();
        if (!faults.IsEmpty)
        {
            return new(new Refusal(RefusalReason.Invalid, faults));
        }

        try
        {
            return await Handle(new AppEvent.Edited(clock.GetUtcNow(), edit, await Droplet(State.CurrentDroplet), await KnownBuildpacks(edit)), Audited(edit.IsManifest ? "apply_manifest" : "update"));
        }
        catch (NameTakenException)
        {
            return new(AppMachine.NameTaken(edit.Name!));
        }
    }

    public Task<Answer<AppState>> Delete() => Handle(new AppEvent.DeletionRequested(clock.GetUtcNow()), Audited("delete-request"));

    public async Task<Answer<InstanceState>> RestartInstance(string type, int index) =>
        index >= 0 && index < AppProcesses.Wanted(State).GetValueOrDefault(type)
            ? await GrainFactory.GetGrain<IInstanceGrain>(Keys.Instance(AppProcesses.Current(State, type, index))).Restart()
            : new(new Refusal(RefusalReason.InstanceNotFound, "Instance not found"));

    public Task Told(int revision) => Handle(new AppEvent.InstancesTold(clock.GetUtcNow(), revision));

    public Task Hear(ImmutableArray<InstanceNews> news) => Handle(new AppEvent.InstancesSpoke(clock.GetUtcNow(), news));

    public Task Wake() => State.Exists ? Handle(new AppEvent.Woke(clock.GetUtcNow())) : Task.CompletedTask;

    /// <summary>How the build before stands is read past its grain, which may wait for this very answer.</summary>
    public async Task<Answer<PlaceNames>> TakeStagingTurn(DropletId build, int memoryMb)
    {
        var standing = await Standing();
        if (await Claimed(Claim.Of(build, State.Space, memoryMb, clock.GetUtcNow()), standing) is { } noRoom)
        {
            return new(noRoom);
        }

        var last = State.Staging is { } before ? (await Listing.Droplets(new RowQuery { Guids = [before.Build.Value], PerPage = 1 })).Items.SingleOrDefault()?.Phase : null;
        var turn = await Handle(new AppEvent.StagingAsked(clock.GetUtcNow(), build, last));
        return turn.Refusal is { } refusal ? new(refusal) : new(Core.Quotas.Standing.PlaceOf(standing) with { Variables = standing?.StagingVariables, Egress = standing is null ? [] : standing.StagingEgress });
    }

    public Task<Answer<AppState>> Relabel(Metadata metadata) => Handle(new AppEvent.Relabelled(clock.GetUtcNow(), metadata));

    public Task<Answer<AppState>> ChangeMetadata(ImmutableSortedDictionary<string, string?> labels, ImmutableSortedDictionary<string, string?> annotations) =>
        Relabel(MetadataRules.Merge(State.Metadata, labels, annotations));

    private async Task<DropletState?> Droplet(DropletId? droplet) =>
        droplet is { } id ? await GrainFactory.GetGrain<IDropletGrain>(Keys.Droplet(id)).Get() : null;

    private Task<Standing?> Standing() => quotas.Standing(State.Space, CancellationToken.None);

    private async Task<PlaceNames> Place() => Core.Quotas.Standing.PlaceOf(await Standing());

    /// <summary>Takes the share of a task, or of this app, before it is written, or asks whether there is one for a build. Where nothing is limited nobody is asked, and nothing is written.</summary>
    private async Task<Refusal?> Claimed(Claim claim, Standing? standing) =>
        standing is { IsCounted: true } ? await GrainFactory.GetGrain<ITallyGrain>(Keys.Tally(standing.Organization)).Claim(claim, standing) : null;

    /// <summary>Null where nobody asks for another than those that are built in.</summary>
    private async Task<ImmutableArray<string>?> KnownBuildpacks(AppEdit edit) =>
        edit.Buildpacks is { } names && names.Except(Buildpacks.BuiltIn).Any() ? (await GrainFactory.GetGrain<IBuildpackShelfGrain>(Keys.Buildpacks).Get()).Names(policy.StackImage) : null;

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

    protected override Task OnAudited(AuditEvent happened) => log.Say(happened);

    private Func<AppState, AuditEvent> Audited(string what) => app => AuditRules.OfApp(what, app, clock.GetUtcNow());

    /// <param name="told">What the audit says of it.</param>
    private async Task<Answer<AppState>> Handle(AppEvent @event, Func<AppState, AuditEvent>? told = null)
    {
        var (before, decision) = await Decide(app => AppMachine.Decide(app, @event));
        if (decision.Changes
            && Claim.Of(decision.Next, policy, @event.At) is { } claim
            && claim.Exceeds(Claim.Of(before, policy, @event.At))
            && await Claimed(claim, await Standing()) is { } refusal)
        {
            return new(refusal);
        }

        await Keep(@event, decision, AppInvariants.Check(before, decision), told);
        foreach (var effect in decision.Effects)
        {
            // Beside the call, whose answer does not wait for it.
            _ = effect is AppEffect.TellInstances tell ? Tell([.. AppProcesses.Orders(decision.Next, policy, crashes)], tell.Revision) : Dismantle(decision.Next.Id);
        }

        return new(decision.Next, decision.Refusal);
    }

    private async Task Tell(ImmutableArray<InstanceOrder> orders, int revision)
    {
        if (dismantling)
        {
            return;
        }

        telling++;
        try
        {
            foreach (var some in orders.Chunk(ToldAtOnce))
            {
                await Task.WhenAll(some.Select(order => GrainFactory.GetGrain<IInstanceGrain>(Keys.Instance(order.Instance)).Order(order)));
            }

            await this.AsReference<IAppGrain>().Told(revision); // A call like any other, in its turn.
        }
        catch (Exception fault) when (Faults.Pass(fault))
        {
            LogNotTold(logger, this.GetPrimaryKeyString(), fault.Message);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            LogBug(logger, this.GetPrimaryKeyString(), fault);
        }
        finally
        {
            telling--;
        }
    }

    [LoggerMessage(LogLevel.Warning, "Not all instances of {App} could be told what is wanted of them ({Fault}); they are told again")]
    private static partial void LogNotTold(ILogger logger, string app, string fault);

    [LoggerMessage(LogLevel.Error, "Not all instances of {App} could be told what is wanted of them: a fault that must not happen")]
    private static partial void LogBug(ILogger logger, string app, Exception fault);
}
