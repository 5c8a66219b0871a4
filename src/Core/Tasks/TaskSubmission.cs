using System.Collections.Immutable;
using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Runtime;

namespace Granary.Core.Tasks;

/// <summary>What a client asked for, before defaults and rules. Null means "not said".</summary>
public sealed record TaskSubmission
{
    public string? Name { get; init; }

    /// <summary>A name was given, even if it is null or empty; then no default is made up (Cloud Foundry, section 1.4).</summary>
    public bool NamesItself { get; init; }

    public string? Command { get; init; }

    /// <summary>Take command and limits from this process type of the app; the API's template names a process, which is an app and a type.</summary>
    public string? TemplateProcess { get; init; }

    public string? User { get; init; }

    public int? MemoryMb { get; init; }

    public int? DiskMb { get; init; }

    /// <summary>-1 is unlimited.</summary>
    public long? LogBytesPerSecond { get; init; }

    public DropletId? Droplet { get; init; }

    public Metadata Metadata { get; init; } = Metadata.Empty;

    public ContainerNetwork? Network { get; init; }

    /// <summary>Seconds from acceptance to the end; range 1 to <see cref="Limits.DeadlineSecondsMax"/>.</summary>
    public int? DeadlineSeconds { get; init; }

    public int? LossesMax { get; init; }

    public int? RetriesMax { get; init; }

    public OnCellLoss? OnCellLoss { get; init; }

    /// <summary>What could not be read of the request, in words: refused together with every rule that it breaks.</summary>
    public ImmutableArray<string> Unreadable { get; init; } = [];
}

/// <summary>What the operator decided for tasks. Read once from options.</summary>
/// <param name="MemoryMb">Default memory (Cloud Foundry: default_app_memory).</param>
/// <param name="DiskMb">Default disk.</param>
/// <param name="DiskMbMax">The largest disk a request may name (Cloud Foundry: maximum_app_disk_in_mb).</param>
/// <param name="LogBytesPerSecond">Default log rate; -1 is unlimited.</param>
/// <param name="UsersAllowed">OS users a task may ask for, besides vcap.</param>
/// <param name="StackImage">The image under every droplet.</param>
/// <param name="ApiUrl">Shown to programs in VCAP_APPLICATION.</param>
/// <param name="PendingMax">How long a task may wait for a cell each time before it fails; null for ever.</param>
public sealed record TaskPolicy(
    int MemoryMb = 1024,
    int DiskMb = 1024,
    int DiskMbMax = 2048,
    long LogBytesPerSecond = -1,
    ImmutableArray<string> UsersAllowed = default,
    string StackImage = "granary/stack:bookworm",
    string ApiUrl = "http://127.0.0.1:8080",
    TimeSpan? PendingMax = null);
