using System.Collections.Immutable;
using Granary.Core;
using Granary.Core.Apps;
using Granary.Core.Droplets;
using Granary.Core.Runtime;
using Granary.Core.Tasks;
using Granary.Grains.Contracts;
using Granary.Grains.Ports;

namespace Granary.Grains;

/// <summary>One droplet: made once from a READY package, then fixed.</summary>
internal sealed class DropletGrain(
    [PersistentState(DropletDocument.Kind, StorageNames.Granary)] IPersistentState<DropletDocument> store,
    IBlobStore blobs,
    IArchiveInspector archives,
    TaskPolicy policy,
    TimeProvider clock) : DurableGrain<DropletDocument, DropletState>(store), IDropletGrain
{
    public async Task<Answer<DropletState>> Stage(PackageId package, ImmutableArray<string>? buildpacks)
    {
        if (State.Phase != DropletPhase.Absent)
        {
            return State.Package == package ? new(State) : new(new Refusal(RefusalReason.Conflict, "Build guid is taken by a build of another package"));
        }

        if (await GrainFactory.GetGrain<IPackageGrain>(Keys.Package(package)).Get() is not { } bits)
        {
            return new(new Refusal(RefusalReason.Invalid, "Unable to use package. Ensure that the package exists and you have access to it."));
        }

        if (bits.Phase != PackagePhase.Ready)
        {
            return new(new Refusal(RefusalReason.PackageNotReady, "Bad request: Cannot stage package whose state is not ready."));
        }

        if (await GrainFactory.GetGrain<IAppGrain>(Keys.App(bits.App)).Get() is not { IsDeleted: false } app)
        {
            return new(new Refusal(RefusalReason.Invalid, "Unable to use package. Ensure that the package exists and you have access to it."));
        }

        if (Buildpacks.Faults(buildpacks ?? app.Buildpacks, null).ToImmutableArray() is { IsEmpty: false } faults)
        {
            return new(new Refusal(RefusalReason.Invalid, faults));
        }

        var procfile = bits.Lifecycle == Lifecycle.Bits ? await ReadProcfile(bits.Digest!) : null;
        var now = clock.GetUtcNow();
        await Save(new DropletState
        {
            Id = new DropletId(Keys.Guid(this.GetPrimaryKeyString())),
            App = bits.App,
            Package = package,
            Lifecycle = bits.Lifecycle,
            Phase = DropletPhase.Staged,
            Source = bits.Lifecycle == Lifecycle.Docker ? new ContainerSource(bits.Image!, null) : new ContainerSource(policy.StackImage, bits.Digest),
            ProcessTypes = procfile?.ProcessTypes ?? ImmutableSortedDictionary<string, string>.Empty,
            Buildpacks = bits.Lifecycle == Lifecycle.Bits ? Buildpacks.Used(buildpacks ?? app.Buildpacks, procfile is not null) : [],
            CreatedAt = now,
            UpdatedAt = now,
        });
        return new(State);
    }

    public Task<DropletState?> Get() => Task.FromResult(State.Phase == DropletPhase.Absent ? null : State);

    public Task Forget() => Clear();

    private async Task<Procfile?> ReadProcfile(string digest)
    {
        await using var bits = await blobs.Open(digest, CancellationToken.None);
        var inspection = await archives.Inspect(bits, CancellationToken.None);
        return inspection.Procfile is { } text ? Procfile.Parse(text) : null;
    }
}
