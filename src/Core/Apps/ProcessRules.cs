using System.Collections.Immutable;
using Granary.Core.Tasks;

namespace Granary.Core.Apps;

/// <summary>What a change of a process may say, in Cloud Foundry's words.</summary>
public static class ProcessRules
{
    /// <summary>All faults at once; empty when there are none.</summary>
    public static ImmutableArray<string> Faults(ProcessChange change, TaskPolicy policy)
    {
        var faults = ImmutableArray.CreateBuilder<string>();
        faults.AddRange(change.Unreadable);
        if (change.Instances < 0)
        {
            faults.Add("Instances must be greater than or equal to 0");
        }
        else if (change.Instances > Limits.InstancesMax)
        {
            faults.Add($"Instances must be less than or equal to {Limits.InstancesMax}");
        }

        faults.AddRange(TaskRules.SizeFaults("Memory in mb", change.MemoryMb));
        faults.AddRange(TaskRules.SizeFaults("Disk in mb", change.DiskMb));
        if (change.DiskMb > policy.DiskMbMax)
        {
            faults.Add($"Disk in mb cannot exceed {policy.DiskMbMax}");
        }

        faults.AddRange(TaskRules.LogRateFaults(change.LogBytesPerSecond));
        if (change.Command is { Length: 0 or > Limits.CommandLength })
        {
            faults.Add($"Command must be between 1 and {Limits.CommandLength} characters");
        }
        else if (change.Command?.Contains('\0', StringComparison.Ordinal) == true)
        {
            faults.Add("Command must not contain a null character");
        }

        return faults.ToImmutable();
    }
}
