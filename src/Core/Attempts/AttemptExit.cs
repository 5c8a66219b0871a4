using System.Text.Json.Serialization;
using Granary.Core.Builds;

namespace Granary.Core.Attempts;

/// <summary>How the process of an attempt ended, as the engine tells it. Whether that is the command's own end is decided by <see cref="EngineRecord"/>.</summary>
/// <param name="Code">The exit status, 0 to 255; 128 + n after signal n.</param>
/// <param name="OutOfMemory">The memory limit killed the main process: the engine's flag together with status 137 (the flag alone also tells of children).</param>
/// <param name="StartedAt">When the process started, by the clock of the cell's host.</param>
/// <param name="FinishedAt">When the process ended, by the clock of the cell's host.</param>
/// <param name="BeforeStop">The process ended before a stop of ours was ordered; true if none was.</param>
/// <param name="LogIncomplete">Output may be missing, because the process ended while its engine was down: nobody heard its last words.</param>
public sealed record AttemptExit(
    int Code,
    bool OutOfMemory,
    DateTimeOffset StartedAt,
    DateTimeOffset FinishedAt,
    bool BeforeStop = true,
    bool LogIncomplete = false)
{
    /// <summary>What a staging left that ended well; null for everything else.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public StagingProduct? Product { get; init; }
}
