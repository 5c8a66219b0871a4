using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Runtime;

namespace Granary.Core.Instances;

/// <summary>What the runs of an instance are, with every default resolved. Fixed by the start of its app: later changes wait for a restart.</summary>
/// <param name="Version">The app's release that it comes from; a higher one is taken by ending the run.</param>
/// <param name="Type">The process type.</param>
/// <param name="Index">The instance's number within its process, from 0.</param>
public sealed record InstanceSpec(
    int Version,
    string Type,
    int Index,
    string Command,
    string? User,
    int MemoryMb,
    int DiskMb,
    long LogBytesPerSecond,
    ContainerSource Source,
    ImmutableSortedDictionary<string, string> Environment,
    ContainerNetwork Network,
    CrashPolicy Crashes)
    : AttemptSpec(Command, User, MemoryMb, DiskMb, LogBytesPerSecond, Source, Environment, Network)
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string LogSource => LogSources.OfInstance(Type, Index);

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool IsToldUp => true;

    /// <inheritdoc/>
    public override ImmutableSortedDictionary<string, string> EnvironmentOf(AttemptKey attempt, string address) => InstanceEnvironment.ForAttempt(Environment, attempt, address);
}

/// <summary>What an app wants of one of its instances.</summary>
/// <param name="Revision">Rises with each change of what the app wants, from 1: an order that was overtaken changes nothing.</param>
/// <param name="Spec">What is to run; null when nothing is.</param>
/// <param name="Lane">As in <see cref="Lanes"/>.</param>
/// <param name="Part">Its part in a hand-over; none for what is not to run.</param>
/// <param name="After">Its attempts are numbered above this one.</param>
public sealed record InstanceOrder(ProcessKey Process, int Index, int Revision, InstanceSpec? Spec, int Lane = 0, Part Part = Part.None, int After = 0)
{
    [JsonIgnore]
    public InstanceId Instance => InstanceId.Of(Process, Index, Lane);
}
