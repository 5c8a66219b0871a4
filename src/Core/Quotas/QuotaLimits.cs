namespace Granary.Core.Quotas;

/// <summary>What a quota allows to all apps and tasks of an organization, or of a space, together. Null is no limit.</summary>
/// <param name="TotalMemoryMb">Of instances of started apps, and of tasks that are PENDING or RUNNING.</param>
/// <param name="ProcessMemoryMb">Of one instance or one task.</param>
/// <param name="Instances">Of started apps.</param>
/// <param name="Tasks">That are PENDING or RUNNING. Cloud Foundry calls it per_app_tasks, and means all of them as well.</param>
/// <param name="LogBytesPerSecond">Of instances of started apps, and of tasks that are PENDING or RUNNING. Under such a limit none may be unlimited.</param>
public sealed record QuotaLimits(int? TotalMemoryMb = null, int? ProcessMemoryMb = null, int? Instances = null, int? Tasks = null, long? LogBytesPerSecond = null)
{
    public static readonly QuotaLimits None = new();
}
