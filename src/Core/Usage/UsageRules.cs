using System.Collections.Immutable;
using Granary.Core.Apps;
using Granary.Core.Stories;
using Granary.Core.Tasks;

namespace Granary.Core.Usage;

/// <summary>
/// Which usage events follow from a task's state (Cloud Foundry, section 1.13): TASK_STARTED with its first attempt, TASK_STOPPED with its end. They follow from the state alone, however often it moved between, so that whoever
/// looks later finds the same ones.
/// </summary>
public static class UsageRules
{
    public const string TaskStarted = "TASK_STARTED";

    public const string TaskStopped = "TASK_STOPPED";

    private static readonly ImmutableArray<string> Phases = [.. Enum.GetValues<TaskPhase>().Select(TaskMachine.Upper)];

    public static ImmutableArray<UsageEvent> Of(TaskState task)
    {
        var told = task.Story.Entries.Select(entry => (Phase: PhaseOf(entry), entry.At)).Where(each => each.Phase is not null).ToArray();
        var events = ImmutableArray.CreateBuilder<UsageEvent>();
        var running = TaskMachine.Upper(TaskPhase.Running);
        if (task.Attempt > 0 && told.FirstOrDefault(each => each.Phase == running) is { Phase: not null } started)
        {
            events.Add(Event(task, TaskStarted, TaskMachine.Upper(TaskPhase.Pending), started.At));
        }

        if (task.IsFinished)
        {
            events.Add(Event(task, TaskStopped, told.SkipLast(1).LastOrDefault().Phase ?? running, told.LastOrDefault() is { Phase: not null } ended ? ended.At : task.UpdatedAt));
        }

        return events.ToImmutable();
    }

    /// <summary>What a started process takes now, with which accounts begin anew.</summary>
    public static IEnumerable<UsageEvent> Seeds(AppState app, PlaceNames place, TaskPolicy policy, DateTimeOffset at) =>
        from process in AppProcesses.Wanted(app)
        where process.Value > 0
        let guid = AppProcesses.Guid(new ProcessKey(app.Id, process.Key))
        let memoryMb = app.Release!.Settings.GetValueOrDefault(process.Key)?.MemoryMb ?? policy.MemoryMb
        select new UsageEvent(NamedGuid.Of($"{guid} {at.UtcTicks}"), Started, Started, app.Id.Value, app.Name, guid, process.Key, null, null, app.Space, place.SpaceName, place.Organization, memoryMb, process.Value, at);

    private static string Started { get; } = DesiredState.Started.ToString().ToUpperInvariant();

    private static UsageEvent Event(TaskState task, string state, string before, DateTimeOffset at)
    {
        var told = ToldPlace.In(task.Spec!.Environment);
        return new UsageEvent(
            NamedGuid.Of($"{task.Id} {state}"),
            state,
            before,
            task.App.Value,
            told.AppName,
            null,
            null,
            task.Id.Value,
            task.Spec.Name,
            told.Space,
            told.SpaceName,
            told.Organization,
            task.Spec.MemoryMb,
            1,
            at);
    }

    private static string? PhaseOf(StoryEntry entry) => Phases.FirstOrDefault(phase => entry.Text.StartsWith($"{phase}: ", StringComparison.Ordinal));
}
