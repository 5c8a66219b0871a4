using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Runtime;

namespace Granary.Core.Tasks;

/// <summary>What a task is to do, with every default resolved. Fixed when the task is accepted: later changes of the app do not touch it.</summary>
/// <param name="Name">Free text, not unique.</param>
/// <param name="Deadline">Time from acceptance to the end, after which the task is stopped and fails; null for none.</param>
/// <param name="PendingMax">How long it may wait for a cell each time, after which it fails; null for ever.</param>
public sealed record TaskSpec(
    string Name,
    string Command,
    string? User,
    int MemoryMb,
    int DiskMb,
    long LogBytesPerSecond,
    DropletId Droplet,
    ContainerSource Source,
    ImmutableSortedDictionary<string, string> Environment,
    ContainerNetwork Network,
    AttemptPolicy Policy,
    TimeSpan? Deadline,
    TimeSpan? PendingMax = null)
    : AttemptSpec(Command, User, MemoryMb, DiskMb, LogBytesPerSecond, Source, Environment, Network)
{
    /// <inheritdoc/>
    public override string LogSource => Staging is null ? LogSources.OfTask(Name) : LogSources.Staging;

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool IsToldUp => false;

    /// <inheritdoc/>
    public override ImmutableSortedDictionary<string, string> EnvironmentOf(AttemptKey attempt, string address) => TaskEnvironment.ForAttempt(Environment, attempt, address);
}
