using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Granary.Core.Attempts;
using Granary.Core.Builds;
using Granary.Core.Cells;
using Granary.Core.Egress;

namespace Granary.Core.Runtime;

/// <summary>Which network a container gets.</summary>
public enum ContainerNetwork
{
    /// <summary>Outbound through a bridge; control plane and metadata addresses are refused.</summary>
    Outbound,

    /// <summary>Loopback only.</summary>
    None,
}

/// <summary>What limits a container. Every number is enforced or the container is not created.</summary>
/// <param name="MemoryMb">Memory and swap together, in MB.</param>
/// <param name="DiskMb">Everything the container can write, in MB: the program sees "no space left on device" beyond it.</param>
/// <param name="CpuShares">Relative weight of CPU time when cores are short (see <see cref="CpuSharesFor"/>).</param>
/// <param name="Pids">Processes and threads.</param>
public sealed record ContainerLimits(int MemoryMb, int DiskMb, int CpuShares, int Pids)
{
    /// <summary>Default limit of processes and threads; runtimes with many threads need more than a shell does.</summary>
    public const int DefaultPids = 1024;

    /// <summary>Cloud Foundry's rule (section 1.6), scaled to the engine's default of 1,024 shares: memory clamped to [128, 8192] MB, in proportion to 8,192 MB.</summary>
    public static int CpuSharesFor(int memoryMb) => Math.Max(2, 1024 * Math.Clamp(memoryMb, 128, 8192) / 8192);
}

/// <summary>What a container's file system comes from.</summary>
/// <param name="Image">The image reference: the stack for droplets, or the user's own image.</param>
/// <param name="DropletDigest">The SHA-256 (lower-case hex) of the droplet's bits; null for an image of the user's own.</param>
/// <param name="Login">With which the image is fetched; null where anybody may.</param>
public sealed record ContainerSource(string Image, string? DropletDigest, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] RegistryLogin? Login = null)
{
    /// <summary>The bits hold folders of the home, as a staging leaves them (<see cref="StagingFolders.OfDroplet"/>); else the files of the app alone.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool HoldsHome { get; init; }
}

/// <summary>Everything needed to create the container of one attempt.</summary>
/// <param name="Command">The argument vector; the image's own entry point is not used.</param>
/// <param name="User">The OS user; null for the image's own user.</param>
/// <param name="WorkingDirectory">The directory in which the command starts.</param>
/// <param name="StopGrace">Time between SIGTERM and SIGKILL, also when the engine itself stops the container.</param>
public sealed record ContainerSpec(
    CellId Cell,
    AttemptKey Attempt,
    ContainerSource Source,
    ImmutableArray<string> Command,
    string? User,
    string WorkingDirectory,
    ImmutableSortedDictionary<string, string> Environment,
    ContainerLimits Limits,
    ContainerNetwork Network,
    TimeSpan StopGrace)
{
    /// <summary>The buildpacks that it sees, and folders to stage in; null for everything else.</summary>
    public StagingPlan? Staging { get; init; }

    /// <summary>What it may reach of what the network gives, in normal form; null for all of it.</summary>
    public ImmutableArray<EgressRule>? Egress { get; init; }
}
