using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Granary.Core;

/// <summary>The closed list of reasons to say no to a user. The HTTP edge maps each to one Cloud Foundry error, in one place.</summary>
public enum RefusalReason
{
    AppNotFound,
    TaskNotFound,
    PackageNotFound,
    DropletNotFound,
    BuildNotFound,
    ProcessNotFound,
    CellNotFound,

    /// <summary>The request breaks one or more rules; every broken rule is one detail.</summary>
    Invalid,

    /// <summary>The request cannot be read at all, for example a zip that is no zip.</summary>
    Unreadable,

    /// <summary>The request names something whose state does not allow it.</summary>
    Conflict,

    /// <summary>A package cannot be staged yet, or never.</summary>
    PackageNotReady,

    /// <summary>A package has its bits: another upload was there before.</summary>
    AlreadyUploaded,

    InstanceNotFound,
    BuildpackNotFound,

    /// <summary>Another build of the app is being staged.</summary>
    StagingInProgress,
}

/// <summary>An expected no: data, not an exception. Says all that is wrong in one answer.</summary>
[method: JsonConstructor]
public sealed record Refusal(RefusalReason Reason, ImmutableArray<string> Details)
{
    public Refusal(RefusalReason reason, string detail)
        : this(reason, [detail])
    {
    }

    /// <summary>All details in one sentence, joined the way Cloud Foundry joins them.</summary>
    public string Detail => string.Join(", ", Details);

    public override string ToString() => $"{Reason}: {Detail}";
}
