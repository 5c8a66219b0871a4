using System.Collections.Immutable;
using Granary.Core;
using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Audit;
using Granary.Core.Builds;
using Granary.Core.Cells;
using Granary.Core.Droplets;
using Granary.Core.Runtime;
using Granary.Core.Tasks;
using Granary.Grains.Contracts;
using Granary.Grains.Effects;
using Granary.Grains.Ports;

namespace Granary.Grains;

/// <summary>The thin shell around <see cref="BuildMachine"/>: a build, and the droplet that it makes.</summary>
internal sealed class DropletGrain(
    [PersistentState(DropletDocument.Kind, StorageNames.Granary)] IPersistentState<DropletDocument> store,
    IEffectRunner effects,
    IBlobStore blobs,
    IArchiveInspector archives,
    IDropletFiles files,
    AppLog log,
    TaskPolicy policy,
    StagingPolicy staging,
    TimeProvider clock) : WorkGrain<DropletDocument, DropletState, BuildEvent>(store, effects, clock), IDropletGrain
{
    private static readonly Refusal NoPackage = new(RefusalReason.Invalid, "Unable to use package. Ensure that the package exists and you have access to it.");

    public async Task<Answer<DropletState>> Stage(PackageId package, StagingWish wish)
    {
        if (State.Phase != DropletPhase.Absent)
        {
            return Reply(await Handle(new BuildEvent.Requested(Now, new DropletState { Package = package }, null)));
        }

        if (await GrainFactory.GetGrain<IPackageGrain>(Keys.Package(package)).Get() is not { } bits)
        {
            return new(NoPackage);
        }

        if (bits.Phase != PackagePhase.Ready)
        {
            return new(new Refusal(RefusalReason.PackageNotReady, "Bad request: Cannot stage package whose state is not ready."));
        }

        if (await GrainFactory.GetGrain<IAppGrain>(Keys.App(bits.App)).Get() is not { IsDeleted: false } app)
        {
            return new(NoPackage);
        }

        if (wish.Faults().ToImmutableArray() is { IsEmpty: false } faults)
        {
            return new(new Refusal(RefusalReason.Invalid, faults));
        }

        var droplet = new DropletState { Id = new DropletId(Keys.Guid(this.GetPrimaryKeyString())), App = bits.App, Package = package, Lifecycle = bits.Lifecycle };
        return bits.Lifecycle == Lifecycle.Docker
            ? await Keep(droplet with { Source = new ContainerSource(bits.Image!, null, bits.Login) }, app, bits)
            : await StageFiles(droplet, app, bits, wish);
    }

    public async Task<Answer<DropletState>> Promise(AppId app, ImmutableSortedDictionary<string, string> processTypes)
    {
        var droplet = new DropletState { Id = new DropletId(Keys.Guid(this.GetPrimaryKeyString())), App = app, Lifecycle = Lifecycle.Bits, ProcessTypes = processTypes };
        Func<DropletState, AuditEvent>? told = null;
        if (State.Phase == DropletPhase.Absent)
        {
            if (await GrainFactory.GetGrain<IAppGrain>(Keys.App(app)).Get() is not { IsDeleted: false } owner)
            {
                return new(new Refusal(RefusalReason.AppNotFound, "App not found"));
            }

            if (owner.Lifecycle == Lifecycle.Docker)
            {
                return new(new Refusal(RefusalReason.Invalid, "Cannot create a droplet for this app: it runs images"));
            }

            if (Procfile.Fault(processTypes) is { } fault)
            {
                return new(new Refusal(RefusalReason.Invalid, fault));
            }

            told = made => AuditRules.OfDroplet("create", made, owner, Now);
        }

        return Reply(await Handle(new BuildEvent.Promised(Now, droplet), told));
    }

    public async Task<Answer<DropletState>> Append(Guid upload, long offset, byte[] bits)
    {
        if (Refuse() is { } refusal)
        {
            await Abandon(upload); // Another one has ended meanwhile.
            return new(refusal);
        }

        return await blobs.Append(upload, offset, bits, CancellationToken.None)
            ? new(State)
            : new(UploadRefusals.Gap(offset));
    }

    public Task Abandon(Guid upload) => State.Upload == upload ? Task.CompletedTask : blobs.Abandon(upload, CancellationToken.None);

    /// <summary>What was uploaded goes with the end of its upload: nothing refers to it. The droplet's own bits are made of it.</summary>
    public async Task<Answer<DropletState>> Complete(Guid upload)
    {
        if (State.Upload == upload)
        {
            return new(State);
        }

        if (Refuse() is { } refusal)
        {
            await Abandon(upload);
            return new(refusal);
        }

        try
        {
            var bits = await blobs.Complete(upload, CancellationToken.None);
            var arrived = new BuildEvent.Arrived(Now, upload, await files.Read(bits.Digest, CancellationToken.None), policy.StackImage);
            var owner = await GrainFactory.OwnerOf(State.App);
            return Reply(await Handle(arrived, owner is null ? null : droplet => AuditRules.OfDroplet("upload", droplet, owner, Now)));
        }
        catch (FileNotFoundException)
        {
            await blobs.Abandon(upload, CancellationToken.None); // An answer without bits would be given again and again.
            return new(new Refusal(RefusalReason.Unreadable, "The upload has no bits: send the tar.gz of a droplet"));
        }
    }

    public async Task<DropletState?> Get()
    {
        var build = State.Phase == DropletPhase.Staging ? await Reload() : State;
        return build.Phase == DropletPhase.Absent ? null : build;
    }

    public async Task Cancel()
    {
        if (State.Phase == DropletPhase.Staging)
        {
            await Handle(new BuildEvent.Ran(new TaskEvent.CancelRequested(Now)));
        }
    }

    public async Task<bool> Forget()
    {
        if (State.Phase is DropletPhase.Staged or DropletPhase.Failed or DropletPhase.AwaitingUpload)
        {
            if (State.Source?.DropletDigest is { } digest)
            {
                await blobs.Release(digest, CancellationToken.None);
            }

            await Clear();
        }

        return State.Phase == DropletPhase.Absent;
    }

    protected override Task OnAudited(AuditEvent happened) => log.Say(happened);

    protected override WorkState? Work(DropletState state) => state.Staging;

    protected override Decision<DropletState, AttemptEffect> Decide(DropletState before, BuildEvent @event) => BuildMachine.Decide(before, @event);

    protected override ImmutableArray<string> Check(DropletState before, Decision<DropletState, AttemptEffect> decision) => BuildInvariants.Check(before, decision);

    protected override BuildEvent Placed(int attempt, CellId cell, string? waited) => new BuildEvent.Ran(new TaskEvent.Placed(Now, attempt, cell, waited));

    protected override BuildEvent Reported(AttemptReport report) => new BuildEvent.Ran(new TaskEvent.Reported(Now, report));

    protected override BuildEvent Outlived(int attempt, CellId cell) => new BuildEvent.Ran(new TaskEvent.Outlived(Now, attempt, cell));

    protected override BuildEvent Woke() => new BuildEvent.Ran(new TaskEvent.Woke(Now));

    private static Answer<DropletState> Reply(Decision<DropletState, AttemptEffect> decision) => new(decision.Next, decision.Refusal);

    private async Task<Answer<DropletState>> StageFiles(DropletState droplet, AppState app, PackageState bits, StagingWish wish)
    {
        var procfile = await ReadProcfile(bits.Digest!);
        var shelf = await GrainFactory.GetGrain<IBuildpackShelfGrain>(Keys.Buildpacks).Get();
        var files = droplet with { ProcessTypes = procfile?.ProcessTypes ?? ImmutableSortedDictionary<string, string>.Empty };
        return StagingRules.Choose(wish.Buildpacks ?? app.Buildpacks, shelf, policy.StackImage, procfile is not null) switch
        {
            StagingChoice.AsTheyAre choice => await Keep(files with { Source = new ContainerSource(policy.StackImage, bits.Digest), Buildpacks = choice.Used }, app, bits),
            StagingChoice.InContainer { Plan: var plan } => await Begin(files with { Buildpacks = plan.Detects ? [] : [.. plan.Buildpacks.Select(each => each.Name)] }, app, bits, plan, wish),
            StagingChoice.Refused refused => new(new Refusal(RefusalReason.Invalid, refused.Faults)),
            var other => throw new System.Diagnostics.UnreachableException($"No staging for {other}."),
        };
    }

    /// <summary>Nothing has to run: the files as they were uploaded, or the image, are what containers run from.</summary>
    private async Task<Answer<DropletState>> Keep(DropletState droplet, AppState app, PackageState bits)
    {
        await Say(droplet, StagingWords.AsTheyAre(droplet, bits));
        return Reply(await Handle(new BuildEvent.Requested(Now, droplet, null), build => AuditRules.OfBuild(build, app, Now)));
    }

    private async Task<Answer<DropletState>> Begin(DropletState droplet, AppState app, PackageState bits, StagingPlan plan, StagingWish wish)
    {
        if (!StagingId.Is(droplet.Id.Value))
        {
            return new(new Refusal(RefusalReason.Invalid, "Build guid must be of version 14, because it is staged in a container"));
        }

        var (memoryMb, diskMb) = (wish.MemoryMb ?? staging.MemoryMb, wish.DiskMb ?? staging.DiskMb);
        var turn = await GrainFactory.GetGrain<IAppGrain>(Keys.App(app.Id)).TakeStagingTurn(droplet.Id, memoryMb);
        if (turn.Refusal is { } refusal)
        {
            return new(refusal);
        }

        await Say(droplet, StagingWords.Begun(bits));
        var spec = StagingRules.Spec(app, droplet.Id, bits.Digest!, plan, memoryMb, diskMb, policy, turn.Value!, staging.Timeout);
        return Reply(await Handle(new BuildEvent.Requested(Now, droplet, spec), build => AuditRules.OfBuild(build, app, Now)));
    }

    private Refusal? Refuse() => State.Phase switch
    {
        DropletPhase.Absent => new Refusal(RefusalReason.DropletNotFound, "Droplet not found"),
        DropletPhase.AwaitingUpload => null,
        _ => BuildMachine.IsThere,
    };

    private Task Say(DropletState build, ImmutableArray<string> words) => log.Say(build.App, build.Id.Value, LogSources.Staging, words);

    private async Task<Procfile?> ReadProcfile(string digest)
    {
        await using var bits = await blobs.Open(digest, CancellationToken.None);
        var inspection = await archives.Inspect(bits, CancellationToken.None);
        return inspection.Procfile is { } text ? Procfile.Parse(text) : null;
    }
}
