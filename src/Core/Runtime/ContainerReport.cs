using Granary.Core.Attempts;
using Granary.Core.Cells;

namespace Granary.Core.Runtime;

public enum ContainerPhase
{
    Created,
    Running,
    Exited,
}

/// <summary>What an engine says of a container of ours, at the moment of asking.</summary>
/// <param name="Name">The container's name.</param>
/// <param name="Cell">From its labels.</param>
/// <param name="Attempt">From its labels.</param>
/// <param name="ExitCode">Set once it exited.</param>
/// <param name="OutOfMemory">The memory limit killed the main process: the engine's flag together with status 137.</param>
/// <param name="StartedAt">Null until it was started.</param>
/// <param name="FinishedAt">Null until it exited.</param>
public sealed record ContainerReport(
    string Name,
    CellId Cell,
    AttemptKey Attempt,
    ContainerPhase Phase,
    int? ExitCode = null,
    bool OutOfMemory = false,
    DateTimeOffset? StartedAt = null,
    DateTimeOffset? FinishedAt = null);
