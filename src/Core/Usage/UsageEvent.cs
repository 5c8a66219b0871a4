namespace Granary.Core.Usage;

/// <summary>That something began or ceased to take memory, for whoever settles accounts. Written once.</summary>
/// <param name="Id">Made of what it is about, so that the same event written again is none.</param>
/// <param name="State">In Cloud Foundry's words, for example TASK_STARTED.</param>
/// <param name="PreviousState">The state before.</param>
/// <param name="Process">The guid of an app's process; null for a task.</param>
/// <param name="Task">Null for a process.</param>
/// <param name="SpaceName">As it was called when the task was submitted; the same of the app's name.</param>
/// <param name="CreatedAt">When it happened.</param>
public sealed record UsageEvent(
    Guid Id,
    string State,
    string PreviousState,
    Guid App,
    string AppName,
    string? Process,
    string? ProcessType,
    Guid? Task,
    string? TaskName,
    Guid Space,
    string SpaceName,
    Guid Organization,
    int MemoryMb,
    int Instances,
    DateTimeOffset CreatedAt);
