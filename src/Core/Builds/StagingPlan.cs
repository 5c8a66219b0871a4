using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Granary.Core.Apps;

namespace Granary.Core.Builds;

/// <summary>A buildpack as one staging takes it: what becomes of the original later does not touch it.</summary>
/// <param name="Digest">SHA-256 of its zip, lower-case hex; null for one that is built in, which does nothing.</param>
public sealed record PlannedBuildpack(string Name, string? Digest);

/// <summary>What one staging runs in its container. Fixed when the build is asked for.</summary>
/// <param name="Buildpacks">Those that were named, in order; or, to find out, those that are asked one after another whether they know the app.</param>
/// <param name="Detects">Nobody named any: the first one that knows the app stages it alone.</param>
public sealed record StagingPlan(ImmutableArray<PlannedBuildpack> Buildpacks, bool Detects)
{
    /// <summary>The files as they were uploaded are the droplet if none knows the app, because what is built in fits.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool OtherwiseAsTheyAre { get; init; }
}

/// <summary>What the operator decided for stagings. Read once from options.</summary>
/// <param name="MemoryMb">Of a staging that asks for none.</param>
/// <param name="DiskMb">Of a staging that asks for none.</param>
/// <param name="Timeout">From the request to the end, the wait for a cell included.</param>
public sealed record StagingPolicy(int MemoryMb, int DiskMb, TimeSpan Timeout)
{
    /// <summary>Cloud Foundry's.</summary>
    public static readonly StagingPolicy Default = new(1024, 4096, TimeSpan.FromMinutes(15));
}

/// <summary>What a buildpack did, as a droplet tells it.</summary>
/// <param name="DetectOutput">What it called the app when it was asked; null when it was not asked.</param>
/// <param name="BuildpackName">What it calls itself; null if it does not say. The same for the version.</param>
public sealed record UsedBuildpack(string Name, string? DetectOutput = null, string? BuildpackName = null, string? Version = null);

/// <summary>What a staging left in its container: the bits of a droplet, or why they are none.</summary>
/// <param name="Digest">SHA-256 of the bits, which are stored; null when there is a fault.</param>
/// <param name="ProcessTypes">Process type to command: what the buildpacks say, and the Procfile over it.</param>
/// <param name="Fault">Why there is no droplet, in words for the user.</param>
public sealed record StagingProduct(string? Digest, ImmutableSortedDictionary<string, string> ProcessTypes, ImmutableArray<UsedBuildpack> Buildpacks, string? Fault = null)
{
    public static StagingProduct Refused(string fault) => new(null, ImmutableSortedDictionary<string, string>.Empty, [], fault);
}

/// <summary>
/// The guid of a build that runs in a container. Its version digit is E, which no standard gives out: so the guid itself tells a staging from a task and an instance.
/// </summary>
public static class StagingId
{
    private const int Version = 0xE;

    public static bool Is(Guid guid) => guid.Version == Version;

    /// <param name="random">Of which all but the version digit is kept.</param>
    public static DropletId Of(Guid random)
    {
        Span<byte> bytes = stackalloc byte[16];
        _ = random.TryWriteBytes(bytes, bigEndian: true, out _);
        bytes[6] = (byte)((bytes[6] & 0x0F) | (Version << 4));
        return new DropletId(new Guid(bytes, bigEndian: true));
    }
}
