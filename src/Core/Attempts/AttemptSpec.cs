using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Granary.Core.Builds;
using Granary.Core.Egress;
using Granary.Core.Runtime;

namespace Granary.Core.Attempts;

/// <summary>What each attempt of a task or an instance runs, with every default resolved: all that a cell needs to know of either.</summary>
/// <param name="Command">One line for the shell.</param>
/// <param name="User">The OS user; null for the default of the source (vcap for droplets, the image's own user else).</param>
/// <param name="LogBytesPerSecond">Output beyond this rate is dropped with a notice; -1 is unlimited.</param>
/// <param name="Environment">The whole environment but for what differs from attempt to attempt: <see cref="EnvironmentOf"/>.</param>
public abstract record AttemptSpec(
    string Command,
    string? User,
    int MemoryMb,
    int DiskMb,
    long LogBytesPerSecond,
    ContainerSource Source,
    ImmutableSortedDictionary<string, string> Environment,
    ContainerNetwork Network)
{
    /// <summary>What it stages; null for what is not the staging of a droplet.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public StagingPlan? Staging { get; init; }

    /// <summary>The isolation segment whose cells take it; null for the shared one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Segment { get; init; }

    /// <summary>What it may reach, in normal form, as it was when it was accepted or started; null for everything. Without a network it reaches nothing anyway.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableArray<EgressRule>? Egress { get; init; }

    /// <summary>The tag of the log lines, as Cloud Foundry forms it (<see cref="LogSources"/>).</summary>
    public abstract string LogSource { get; }

    /// <summary>Whether the cell is to tell when the process runs, not only when it has ended.</summary>
    [JsonIgnore]
    public abstract bool IsToldUp { get; }

    /// <param name="address">The cell's, as containers are to see it.</param>
    public abstract ImmutableSortedDictionary<string, string> EnvironmentOf(AttemptKey attempt, string address);
}
