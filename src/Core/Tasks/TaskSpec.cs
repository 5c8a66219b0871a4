using System.Collections.Immutable;
using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Runtime;

namespace Granary.Core.Tasks;

/// <summary>What a task is to do, with every default resolved. Fixed when the task is accepted: later changes of the app do not touch it.</summary>
/// <param name="Name">Free text, not unique.</param>
/// <param name="Command">One line for the shell.</param>
/// <param name="User">The OS user; null for the default of the source (vcap for droplets, the image's own user else).</param>
/// <param name="LogBytesPerSecond">Output beyond this rate is dropped with a notice; -1 is unlimited.</param>
/// <param name="Environment">The whole environment but for what only the cell knows (attempt number, addresses).</param>
/// <param name="Deadline">Time from acceptance to the end, after which the task is stopped and fails; null for none.</param>
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
    TimeSpan? Deadline)
{
    /// <summary>The tag of this task's log lines, as Cloud Foundry forms it.</summary>
    public string LogSource => $"APP/TASK/{Name}";
}
