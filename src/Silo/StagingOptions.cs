using System.ComponentModel.DataAnnotations;
using Granary.Core.Builds;

namespace Granary.Silo;

/// <summary>What the staging of an app gets where a buildpack has to run in a container; section <c>Staging</c>. A value out of its range stops the silo's start.</summary>
public sealed class StagingOptions
{
    /// <summary>Memory, in MB, where the request asks for none. Default 1024, which is Cloud Foundry's; range 1 to 1,048,576.</summary>
    [Range(1, 1_048_576)]
    public int MemoryMb { get; set; } = StagingPolicy.Default.MemoryMb;

    /// <summary>Disk for the app's files and all that is made of them, in MB, where the request asks for none. Default 4096, which is Cloud Foundry's; range 1 to 1,048,576.</summary>
    [Range(1, 1_048_576)]
    public int DiskMb { get; set; } = StagingPolicy.Default.DiskMb;

    /// <summary>From the request to the end, the wait for a cell included; beyond it the build is FAILED. Default 15 min, which is Cloud Foundry's; range 1 s to 1 day.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan Timeout { get; set; } = StagingPolicy.Default.Timeout;

    internal StagingPolicy Policy() => new(MemoryMb, DiskMb, Timeout);
}
