using System.ComponentModel.DataAnnotations;
using Granary.Core.Tasks;

namespace Granary.Silo;

/// <summary>What tasks get that ask for nothing, and what they may ask for; section <c>Tasks</c>. A value out of its range stops the silo's start.</summary>
public sealed class TaskOptions : IValidatableObject
{
    private static readonly TimeSpan ShortestWait = TimeSpan.FromSeconds(1);

    /// <summary>Memory of a task that asks for none, in MB. Default 1024, Cloud Foundry's default_app_memory; range 1 to 1,048,576.</summary>
    [Range(1, 1_048_576)]
    public int MemoryMb { get; set; } = 1024;

    /// <summary>Disk of a task that asks for none, in MB. Default 1024, Cloud Foundry's default_app_disk_in_mb; range 1 to 1,048,576.</summary>
    [Range(1, 1_048_576)]
    public int DiskMb { get; set; } = 1024;

    /// <summary>The largest disk that a request may name, in MB. Default 2048, Cloud Foundry's maximum_app_disk_in_mb; range 1 to 1,048,576.</summary>
    [Range(1, 1_048_576)]
    public int DiskMbMax { get; set; } = 2048;

    /// <summary>Log rate of a task that asks for none, in bytes per second; -1 is unlimited. Default -1; range -1 and more.</summary>
    [Range(-1L, long.MaxValue)]
    public long LogBytesPerSecond { get; set; } = -1;

    /// <summary>OS users that a task of a droplet may ask for, besides vcap. Default: none.</summary>
    public IList<string> UsersAllowed { get; } = [];

    /// <summary>How long a task may wait for a cell, each time that it does, before it fails with "Task expired in PENDING state". Default 0, for ever; Cloud Foundry has 5 min. Range 0, and 1 s to 30 days.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "30.00:00:00")]
    public TimeSpan PendingMax { get; set; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        PendingMax > TimeSpan.Zero && PendingMax < ShortestWait ? [new ValidationResult($"Tasks:PendingMax is {PendingMax:c}: write 0, for no limit, or 1 s and more.")] : [];

    internal TaskPolicy Policy(SiloOptions options) =>
        new(MemoryMb, DiskMb, DiskMbMax, LogBytesPerSecond, [.. UsersAllowed], options.Stack, options.Http, PendingMax == TimeSpan.Zero ? null : PendingMax);
}
