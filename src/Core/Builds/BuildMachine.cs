using System.Collections.Immutable;
using System.Diagnostics;
using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Runtime;
using Granary.Core.Tasks;
using static Granary.Core.Apps.DropletPhase;
using static Granary.Core.Builds.BuildEvent;
using Decision = Granary.Core.Decision<Granary.Core.Apps.DropletState, Granary.Core.Attempts.AttemptEffect>;

namespace Granary.Core.Builds;

/// <summary>
/// Decides what becomes of a build. Pure: same inputs, same decision.
/// <code>
///              asked for, needs no container
///   (nothing) ------------------------------> STAGED
///       |                                       ^
///       | asked for                             | its container ended well, its bits are stored
///       v                                       |
///    STAGING -----------------------------------+
///       |
///       +--> FAILED   anything else, in Cloud Foundry's words
///
///   (nothing) --> AWAITING_UPLOAD --> STAGED, or FAILED    one that somebody has from elsewhere
/// </code>
/// What runs is a task in all but name: <see cref="TaskMachine"/> decides where and how often, and its end is the end of the build, in the same decision.
/// </summary>
public static class BuildMachine
{
    public const string NoAppDetected = "NoAppDetectedError - An app was not successfully detected by any available buildpack";

    public const string CompileFailed = "BuildpackCompileFailed - App staging failed in the buildpack compile phase";

    public const string ReleaseFailed = "BuildpackReleaseFailed - App staging failed in the buildpack release phase";

    public const string TimeExpired = "StagingTimeExpired - Staging time expired: staging failed";

    public const string NoRoom = "InsufficientResources - Insufficient resources";

    public static readonly Refusal IsThere = new(RefusalReason.Invalid, "Droplet may be uploaded only once. Create a new droplet to upload bits.");

    public static readonly Refusal InProgress = new(RefusalReason.StagingInProgress, "Only one build can be STAGING at a time per application.");

    /// <summary>As Cloud Foundry writes it.</summary>
    public static string Upper(DropletPhase phase) => phase == AwaitingUpload ? "AWAITING_UPLOAD" : phase.ToString().ToUpperInvariant();

    public static Decision Decide(DropletState build, BuildEvent @event) => (build.Phase, @event) switch
    {
        (Absent, Requested { Spec: null } requested) => Decision.Move(requested.Droplet with { Phase = Staged, CreatedAt = requested.At, UpdatedAt = requested.At }),
        (Absent, Requested requested) => Begin(requested),
        (Absent, Promised promised) => Decision.Move(promised.Droplet with { Phase = AwaitingUpload, CreatedAt = promised.At, UpdatedAt = promised.At }),
        (Absent, Arrived) => Decision.Refuse(build, new Refusal(RefusalReason.DropletNotFound, "Droplet not found")),
        (Absent, Ran) => Decision.Refuse(build, new Refusal(RefusalReason.BuildNotFound, "Build not found")),

        (_, Requested requested) => requested.Droplet.Package == build.Package
            ? Decision.Stay(build) // The same request again.
            : Decision.Refuse(build, new Refusal(RefusalReason.Conflict, "Build guid is taken by a build of another package")),
        (_, Promised promised) => build.IsUploaded && promised.Droplet.App == build.App
            ? Decision.Stay(build)
            : Decision.Refuse(build, new Refusal(RefusalReason.Conflict, "Droplet guid is taken by another droplet")),
        (AwaitingUpload, Arrived arrived) => Decision.Move(Uploaded(build, arrived)),
        (_, Arrived arrived) => build.Upload == arrived.Upload
            ? Decision.Stay(build)
            : Decision.Refuse(build, IsThere),
        (_, Ran) when build.Staging is null => Decision.Stay(build),
        (_, Ran ran) => GoOn(build, build.Staging, ran.Event),

        _ => throw new UnreachableException($"No rule for {@event} while {build.Phase}."),
    };

    private static Decision Begin(Requested requested)
    {
        var droplet = requested.Droplet;
        var submitted = new TaskEvent.Submitted(requested.At, new TaskId(droplet.Id.Value), droplet.App, 0, requested.Spec!, Metadata.Empty);
        return Of(droplet with { Phase = Staging, CreatedAt = requested.At }, TaskMachine.Decide(new TaskState(), submitted));
    }

    private static Decision GoOn(DropletState build, TaskState staging, TaskEvent @event)
    {
        var decision = TaskMachine.Decide(staging, @event);
        var next = Of(build, decision);
        return build.Phase == Staging && decision.Next.IsFinished ? next with { Next = Ended(next.Next, decision.Next, @event) } : next;
    }

    private static Decision Of(DropletState build, Decision<TaskState, AttemptEffect> decision) =>
        new(decision.Changes ? build with { Staging = decision.Next, UpdatedAt = decision.Next.UpdatedAt } : build, decision.Changes, decision.Effects, decision.Refusal);

    private static DropletState Ended(DropletState build, TaskState staging, TaskEvent @event)
    {
        var exit = ((@event as TaskEvent.Reported)?.Report as AttemptReport.Exited)?.Exit;
        return (staging, exit) switch
        {
            ({ Phase: TaskPhase.Succeeded }, { Product: { Digest: { } digest } product }) => build with
            {
                Phase = Staged,
                Source = new ContainerSource(staging.Spec!.Source.Image, digest) { HoldsHome = true },
                ProcessTypes = product.ProcessTypes,
                Buildpacks = [.. product.Buildpacks.Select(each => each.Name)],
                Used = product.Buildpacks,
            },
            ({ Phase: TaskPhase.Succeeded }, _) => Failed(build, Error(exit?.Product?.Fault ?? "the result of staging was lost")),
            ({ Spec.Staging.OtherwiseAsTheyAre: true }, { BeforeStop: true, Code: StagingScript.DetectFailed }) => build with { Phase = Staged, Source = staging.Spec.Source, Buildpacks = [Buildpacks.Procfile] },
            (_, { BeforeStop: true, Code: StagingScript.DetectFailed }) => Failed(build, NoAppDetected),
            (_, { BeforeStop: true, Code: StagingScript.CompileFailed }) => Failed(build, CompileFailed),
            (_, { BeforeStop: true, Code: StagingScript.ReleaseFailed }) => Failed(build, ReleaseFailed),
            ({ Attempt: 0 }, _) when staging.DeadlineAt <= @event.At => Failed(build, NoRoom),
            (_, null or { BeforeStop: false }) when staging.DeadlineAt <= @event.At && staging.FailureReason != TaskMachine.Cancelled => Failed(build, TimeExpired),
            _ => Failed(build, Error(staging.FailureReason == TaskMachine.Cancelled ? "it was cancelled" : staging.FailureReason!)),
        };
    }

    /// <summary>Process types that were given have the last word over what is found in it.</summary>
    private static DropletState Uploaded(DropletState droplet, Arrived arrived)
    {
        var ended = droplet with { Upload = arrived.Upload, UpdatedAt = arrived.At };
        return arrived.Product is { Digest: { } digest } product
            ? ended with { Phase = Staged, Source = new ContainerSource(arrived.Image, digest) { HoldsHome = true }, ProcessTypes = droplet.ProcessTypes.IsEmpty ? product.ProcessTypes : droplet.ProcessTypes }
            : Failed(ended, arrived.Product.Fault!);
    }

    /// <summary>The process types that its Procfile gave stay with the files; a failed build has none.</summary>
    private static DropletState Failed(DropletState build, string error) =>
        build with { Phase = DropletPhase.Failed, Error = error, ProcessTypes = ImmutableSortedDictionary<string, string>.Empty };

    private static string Error(string words) => $"StagingError - Staging error: {words}";
}
