namespace Granary.Core.Tasks;

/// <summary>Where a task stands. All but <see cref="Absent"/> are Cloud Foundry's states and appear on the API in upper case.</summary>
public enum TaskPhase
{
    /// <summary>Nothing was submitted under this id.</summary>
    Absent,

    /// <summary>Accepted; waits for a cell.</summary>
    Pending,

    /// <summary>Given to a cell; its container exists, is being made, or is being looked for.</summary>
    Running,

    /// <summary>A stop was ordered and not yet confirmed.</summary>
    Canceling,

    /// <summary>The command ended with status 0.</summary>
    Succeeded,

    /// <summary>Ended any other way; the reason says how.</summary>
    Failed,
}
