using System.Collections.Immutable;
using Granary.Core;
using Granary.Core.Apps;
using Granary.Core.Audit;
using Granary.Core.Builds;
using Granary.Core.Cells;
using Granary.Core.Instances;
using Granary.Core.Jobs;
using Granary.Core.Quotas;
using Granary.Core.Tasks;

namespace Granary.Grains.Ports;

/// <summary>
/// The columns by which documents are listed. They are part of the stored document, and the storage's own write statement copies
/// them into indexed columns, so a listing can never disagree with the state (DESIGN 6).
/// </summary>
/// <param name="App">The app it belongs to; for an app its own guid.</param>
/// <param name="Scope">Where <paramref name="Name"/> must be unique; null where it need not be.</param>
/// <param name="State">The phase as the API shows it, for example RUNNING.</param>
/// <param name="CreatedAt">Microseconds since 1970, UTC; the same for the other instants.</param>
public sealed record ListingRow(
    Guid Guid,
    Guid App,
    int Sequence,
    string Name,
    string? Scope,
    string State,
    string? Cell,
    long CreatedAt,
    long UpdatedAt,
    long? WakeAt,
    IReadOnlyDictionary<string, string> Labels)
{
    /// <summary>The name as it is compared and sorted. Folded here, because databases fold by their locale or know ASCII only.</summary>
    public string NameKey => Fold(Name);

    public static string Fold(string name) => name.ToLowerInvariant();

    /// <summary>An instant as the columns hold it.</summary>
    public static long Micros(DateTimeOffset at) => (at.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
}

/// <summary>What one grain stores: its state, and the columns by which it is listed.</summary>
public abstract class Document<TState>
    where TState : new()
{
    public TState State { get; set; } = new();

    /// <summary>Derived from <see cref="State"/> whenever it is written.</summary>
    public abstract ListingRow Row { get; }

    /// <summary>What the audit says of this write: the storage makes a row of it in the same transaction, so that nothing is done without it. Null for most writes.</summary>
    public AuditDocument? Audit { get; set; }

    protected static long Micros(DateTimeOffset at) => ListingRow.Micros(at);
}

public sealed class TaskDocument : Document<TaskState>
{
    /// <summary>The state name of the grain class; unique, because the storage's key does not hold the grain's type.</summary>
    public const string Kind = "task";

    public override ListingRow Row => new(
        State.Id.Value,
        State.App.Value,
        State.SequenceId,
        State.Spec?.Name ?? "",
        null,
        TaskMachine.Upper(State.Phase),
        State.Cell?.Name,
        Micros(State.CreatedAt),
        Micros(State.UpdatedAt),
        State.WakeAt is { } wakeAt ? Micros(wakeAt) : null,
        State.Metadata.Labels);
}

public sealed class InstanceDocument : Document<InstanceState>
{
    public const string Kind = "instance";

    private static readonly IReadOnlyDictionary<string, string> None = new Dictionary<string, string>();

    public override ListingRow Row => new(
        State.Id.Value,
        State.App.Value,
        State.Index,
        State.Type,
        null,
        InstanceMachine.Upper(State.Phase),
        State.Cell?.Name,
        Micros(State.CreatedAt),
        Micros(State.UpdatedAt),
        State.WakeAt is { } wakeAt ? Micros(wakeAt) : null,
        None);
}

public sealed class AppDocument : Document<AppState>
{
    public const string Kind = "app";

    public override ListingRow Row => new(
        State.Id.Value,
        State.Id.Value,
        0,
        State.Name,
        State.Space.ToString("D"),
        State.Desired.ToString().ToUpperInvariant(),
        null,
        Micros(State.CreatedAt),
        Micros(State.UpdatedAt),
        State.WakeAt is { } wakeAt ? Micros(wakeAt) : null,
        State.Metadata.Labels);
}

public sealed class PackageDocument : Document<PackageState>
{
    public const string Kind = "package";

    public override ListingRow Row => new(
        State.Id.Value,
        State.App.Value,
        0,
        "",
        null,
        ApiName(State.Phase),
        null,
        Micros(State.CreatedAt),
        Micros(State.UpdatedAt),
        null,
        State.Metadata.Labels);

    private static string ApiName(PackagePhase phase) => phase switch
    {
        PackagePhase.AwaitingUpload => "AWAITING_UPLOAD",
        PackagePhase.ProcessingUpload => "PROCESSING_UPLOAD",
        _ => phase.ToString().ToUpperInvariant(),
    };
}

public sealed class DropletDocument : Document<DropletState>
{
    public const string Kind = "droplet";

    /// <summary>While it is staged it is in the state of what runs, so that placement, cells and sweeps find it among all other work.</summary>
    public override ListingRow Row => new(
        State.Id.Value,
        State.App.Value,
        0,
        "",
        null,
        State is { Phase: DropletPhase.Staging, Staging: { } staging } ? TaskMachine.Upper(staging.Phase) : BuildMachine.Upper(State.Phase),
        State.Staging?.Cell?.Name,
        Micros(State.CreatedAt),
        Micros(State.UpdatedAt),
        State.Staging?.WakeAt is { } wakeAt ? Micros(wakeAt) : null,
        State.Metadata.Labels);
}

/// <summary>Written with the document of what was done, and never again.</summary>
public sealed class AuditDocument : Document<AuditEvent>
{
    public const string Kind = "audit";

    /// <summary>Listed by its type, which stands in the column of states.</summary>
    public override ListingRow Row => new(
        State.Id,
        State.App,
        0,
        "",
        State.Space.ToString("D"),
        State.Type,
        null,
        Micros(State.CreatedAt),
        Micros(State.CreatedAt),
        null,
        ImmutableSortedDictionary<string, string>.Empty);
}

public sealed class JobDocument : Document<JobState>
{
    public const string Kind = "job";

    public override ListingRow Row => new(
        State.Id.Value,
        State.Ends?.Value ?? Guid.Empty,
        0,
        State.Operation,
        null,
        State.Failure is null ? "" : "FAILED",
        null,
        Micros(State.CreatedAt),
        Micros(State.CreatedAt),
        null,
        ImmutableSortedDictionary<string, string>.Empty);
}

/// <summary>One for each organization that a quota has ever limited. It is listed nowhere.</summary>
public sealed class TallyDocument : Document<TallyState>
{
    public const string Kind = "tally";

    public override ListingRow Row => new(
        State.Organization,
        Guid.Empty,
        State.Claims.Count,
        "",
        null,
        "",
        null,
        0,
        State.CountedAt is { } countedAt ? Micros(countedAt) : 0,
        null,
        ImmutableSortedDictionary<string, string>.Empty);
}

/// <summary>What was ordered of a cell. Cells have names and no guids: the guid of the row is made of the name.</summary>
public sealed class DrainDocument : Document<DrainState>
{
    public const string Kind = "drain";

    public override ListingRow Row => new(
        NamedGuid.Of(State.Cell.Name),
        Guid.Empty,
        0,
        State.Cell.Name,
        null,
        State.Word.ToUpperInvariant(),
        null,
        Micros(State.Since!.Value),
        Micros(State.Since!.Value),
        null,
        ImmutableSortedDictionary<string, string>.Empty);
}

/// <summary>All buildpacks: one row.</summary>
public sealed class BuildpackDocument : Document<BuildpackShelf>
{
    public const string Kind = "buildpacks";

    /// <summary>Of the one row.</summary>
    public static readonly Guid Item = new("b0b0b0b0-0000-0000-0000-000000000001");

    public override ListingRow Row => new(
        Item,
        Guid.Empty,
        0,
        "",
        null,
        "",
        null,
        Micros(State.All.Min(each => each.CreatedAt)),
        Micros(State.All.Max(each => each.UpdatedAt)),
        null,
        ImmutableSortedDictionary<string, string>.Empty);
}
