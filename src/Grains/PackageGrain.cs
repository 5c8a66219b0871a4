using Granary.Core;
using Granary.Core.Apps;
using Granary.Core.Audit;
using Granary.Core.Runtime;
using Granary.Grains.Contracts;
using Granary.Grains.Ports;

namespace Granary.Grains;

/// <summary>One package: takes bits, checks them, and is then fixed.</summary>
internal sealed class PackageGrain(
    [PersistentState(PackageDocument.Kind, StorageNames.Granary)] IPersistentState<PackageDocument> store,
    IBlobStore blobs,
    IArchiveInspector archives,
    PasswordSeal seal,
    AppLog log,
    TimeProvider clock) : DurableGrain<PackageDocument, PackageState>(store), IPackageGrain
{
    private static readonly Refusal NotFound = new(RefusalReason.PackageNotFound, "Package not found");
    private static readonly Refusal Taken = new(RefusalReason.Conflict, "Package guid is taken by a package of another app");

    public async Task<Answer<PackageState>> Create(AppId app, Lifecycle lifecycle, string? image, RegistryPassword? login)
    {
        var id = new PackageId(Keys.Guid(this.GetPrimaryKeyString()));
        if (State.Phase != PackagePhase.Absent)
        {
            return State.App == app ? new(State) : new(Taken);
        }

        string? reference = null;
        if (lifecycle == Lifecycle.Docker)
        {
            if (!ImageReference.TryParse(image ?? "", out var parsed, out var faults))
            {
                return new(new Refusal(RefusalReason.Invalid, faults));
            }

            reference = parsed.ToString();
        }

        if (login is not null && !seal.CanSeal)
        {
            return new(new Refusal(RefusalReason.Invalid, "Passwords of registries cannot be kept here: the operator gave no key (Tokens:KeyFile) to seal them with"));
        }

        return await Add(new PackageState
        {
            Id = id,
            App = app,
            Lifecycle = lifecycle,
            Image = reference,
            Login = reference is not null && login is not null ? seal.Seal(reference, login) : null,
            Phase = lifecycle == Lifecycle.Docker ? PackagePhase.Ready : PackagePhase.AwaitingUpload,
        });
    }

    public async Task<Answer<PackageState>> Copy(AppId app, PackageId source)
    {
        if (State.Phase != PackagePhase.Absent)
        {
            return State.App == app ? new(State) : new(Taken);
        }

        return await GrainFactory.GetGrain<IPackageGrain>(Keys.Package(source)).Get() switch
        {
            null => new(new Refusal(RefusalReason.Invalid, "Source package is invalid. Ensure it exists and you have access to it.")),
            { App: var owner } when owner == app => new(new Refusal(RefusalReason.Invalid, "Source and destination app cannot be the same")),
            { Phase: not PackagePhase.Ready } => new(new Refusal(RefusalReason.Invalid, "Source package must be READY: upload its bits first")),
            var original => await Add(original with { Id = new PackageId(Keys.Guid(this.GetPrimaryKeyString())), App = app, Upload = null, Metadata = Metadata.Empty }),
        };
    }

    public Task<PackageState?> Get() => Task.FromResult(State.Phase == PackagePhase.Absent ? null : State);

    public async Task Forget()
    {
        if (State.Digest is { } digest)
        {
            await blobs.Release(digest, CancellationToken.None);
        }

        await Clear();
    }

    public async Task<Answer<PackageState>> Append(Guid upload, long offset, byte[] bits)
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

    public async Task<Answer<PackageState>> Complete(Guid upload)
    {
        switch (State)
        {
            case { Phase: PackagePhase.Ready } when State.Upload == upload:
                return new(State);
            case { Phase: PackagePhase.Failed, Error: { } error } when State.Upload == upload:
                await blobs.Abandon(upload, CancellationToken.None); // The call before this one may have ended too early for it.
                return new(new Refusal(RefusalReason.Unreadable, error));
            case var _ when Refuse() is { } refusal:
                await Abandon(upload);
                return new(refusal);
        }

        try
        {
            return await Inspect(upload, await blobs.Complete(upload, CancellationToken.None));
        }
        catch (FileNotFoundException)
        {
            await blobs.Abandon(upload, CancellationToken.None); // An answer without bits would be given again and again.
            return new(new Refusal(RefusalReason.Unreadable, "The upload has no bits: send the zip first, in one piece or in several"));
        }
    }

    public Task Abandon(Guid upload) => State.Upload == upload ? Task.CompletedTask : blobs.Abandon(upload, CancellationToken.None);

    protected override Task OnAudited(AuditEvent happened) => log.Say(happened);

    /// <summary>A new one, if its app takes such.</summary>
    private async Task<Answer<PackageState>> Add(PackageState package)
    {
        var owner = GrainFactory.GetGrain<IAppGrain>(Keys.App(package.App));
        if (await owner.Get() is not { IsDeleted: false } state)
        {
            return new(new Refusal(RefusalReason.AppNotFound, "App not found"));
        }

        if (state.Lifecycle != package.Lifecycle)
        {
            var kind = state.Lifecycle == Lifecycle.Docker ? "docker" : "bits";
            return new(new Refusal(RefusalReason.Invalid, $"Cannot create another kind of package for this app: it takes {kind} packages"));
        }

        var now = clock.GetUtcNow();
        await Save(package with { CreatedAt = now, UpdatedAt = now }, AuditRules.OfPackage("create", package, state, now));
        var noted = await owner.AddPackage(package.Id);
        return noted.Refusal is { } refusal ? new(refusal) : new(State);
    }

    private async Task<Answer<PackageState>> Inspect(Guid upload, Blob blob)
    {
        ArchiveInspection inspection;
        await using (var bits = await blobs.Open(blob.Digest, CancellationToken.None))
        {
            inspection = await archives.Inspect(bits, CancellationToken.None);
        }

        var fault = inspection.Fault ?? ProcfileFault(inspection.Procfile);
        var now = clock.GetUtcNow();
        var next = State with
        {
            Phase = fault is null ? PackagePhase.Ready : PackagePhase.Failed,
            Digest = fault is null ? blob.Digest : null,
            SizeBytes = blob.SizeBytes,
            Upload = upload,
            Error = fault,
            UpdatedAt = now,
        };
        var owner = fault is null ? await GrainFactory.OwnerOf(next.App) : null;
        await Save(next, owner is null ? null : AuditRules.OfPackage("upload", next, owner, now));
        if (fault is null)
        {
            return new(State);
        }

        // An archive that was refused once is refused whoever uploads it, so nobody can refer to it. One with a bad Procfile may be a buildpack.
        if (inspection.Fault is not null)
        {
            await blobs.Delete(blob.Digest, CancellationToken.None);
        }

        await blobs.Abandon(upload, CancellationToken.None);
        return new(new Refusal(RefusalReason.Unreadable, fault));
    }

    private static string? ProcfileFault(string? text) =>
        text is not null && Core.Droplets.Procfile.Parse(text) is { Faults: { IsEmpty: false } faults } ? string.Join(", ", faults) : null;

    private Refusal? Refuse() => State switch
    {
        { Phase: PackagePhase.Absent } => NotFound,
        { Phase: PackagePhase.AwaitingUpload or PackagePhase.ProcessingUpload } => null,
        { Lifecycle: Lifecycle.Docker } => new Refusal(RefusalReason.Invalid, "Package type must be bits."),
        _ => new Refusal(RefusalReason.AlreadyUploaded, "Bits may be uploaded only once. Create a new package to upload different bits."),
    };
}
