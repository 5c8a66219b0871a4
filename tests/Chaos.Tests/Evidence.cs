using System.Collections.Immutable;
using Granary.Core.Instances;
using Granary.Core.Tasks;
using Granary.Testing;

namespace Granary.Chaos.Tests;

/// <summary>A task's row as the database lists it, read past Granary. Instants are microseconds since 1970, UTC.</summary>
public sealed record TaskRow(Guid Task, Guid App, int SequenceId, string State, string? Cell, long CreatedAt, long UpdatedAt, long? WakeAt);

/// <summary>A drain that an operator ordered, by the witness' clock.</summary>
/// <param name="Fault">As it was planned.</param>
/// <param name="To">When it was taken back.</param>
public sealed record Drained(Fault Fault, string Cell, TimeSpan Deadline, TimeSpan To);

/// <summary>Everything that the oracles of one run may know: what the kernel showed, what the tasks were told to do, what clients were told, and how it all ended.</summary>
public sealed record Evidence
{
    public required ImmutableArray<ScriptedTask> Scripts { get; init; }

    public required History History { get; init; }

    /// <summary>Each task of the run as its grain tells it when everything is mended and has come to rest; those that were never heard of are left out.</summary>
    public required ImmutableArray<TaskState> Final { get; init; }

    /// <summary>The rows of the run's app.</summary>
    public ImmutableArray<TaskRow> Rows { get; init; } = [];

    /// <summary>The states of the run's app as the listing of the API has them.</summary>
    public ImmutableArray<TaskState> Listed { get; init; } = [];

    public ImmutableArray<Sighting> Sightings { get; init; } = [];

    /// <summary>The witness may have been blind for this long at a stretch.</summary>
    public TimeSpan WitnessGap { get; init; }

    /// <summary>When nobody on a host could stop its attempts.</summary>
    public ImmutableArray<Unguarded> Unguarded { get; init; } = [];

    public ImmutableArray<Fault> Faults { get; init; } = [];

    /// <summary>The instances of the run's workers in both lanes, as the database has them when everything has come to rest.</summary>
    public ImmutableArray<InstanceState> Workers { get; init; } = [];

    public int WorkersWanted { get; init; }

    public ImmutableArray<Drained> Drains { get; init; } = [];

    /// <summary>When the workers were looked at, by the witness' clock.</summary>
    public TimeSpan WorkersAt { get; init; }

    /// <summary>Containers, volumes, mounts, loop devices, writable layers and networks that are there though no task is, in words.</summary>
    public ImmutableArray<string> Remains { get; init; } = [];

    /// <summary>The mark "unconfirmed" excuses what the documents say that it excuses.</summary>
    public bool MarksExcuse { get; init; } = true;

    /// <summary>The tasks whose submit was acknowledged.</summary>
    public ImmutableHashSet<Guid> Accepted => [.. History.Answers.Where(each => each.Call == CallKind.Submit && each.State is not null).Select(each => each.Task)];

    /// <summary>The instances in the lanes of the index whose programs know this guid.</summary>
    public IEnumerable<InstanceState> WorkersOf(Guid index) => Workers.Where(each => InstanceId.Of(each.Process!.Value, each.Index).Value == index);

    /// <summary>An index of the workers in a violation: both its stories.</summary>
    public string Told(Guid index) =>
        $"worker {index}\n"
        + string.Concat(WorkersOf(index).SelectMany(lane => lane.Story.Entries.Select(each => (lane.Lane, Entry: each))).OrderBy(each => each.Entry.At).Select(each => $"      {each.Entry.At:HH:mm:ss.fff} lane {each.Lane} attempt {each.Entry.Attempt} {each.Entry.Cell}: {each.Entry.Text}\n"))
        + Seen(index);

    public TaskState? FinalOf(Guid task) => Final.FirstOrDefault(each => each.Id.Value == task);

    public ScriptedTask ScriptOf(TaskState task) => Scripts.Single(each => each.Id == task.Id.Value);

    /// <summary>A task in a violation: its number, its script and its whole story.</summary>
    public string Told(TaskState task) =>
        $"task {task.SequenceId} ({task.Id}, {ScriptOf(task).Kind}) {TaskMachine.Upper(task.Phase)} {task.FailureReason}\n"
        + $"      {ScriptOf(task).Command}\n"
        + string.Concat(task.Story.Entries.Select(each => $"      {each.At:HH:mm:ss.fff} attempt {each.Attempt} {each.Cell}: {each.Text}\n"))
        + Seen(task.Id.Value);

    private string Seen(Guid guid) =>
        string.Concat(Sightings.Where(each => each.Task == guid).Select(each => $"      seen: attempt {each.Attempt} from {each.First.TotalSeconds:0.00} s to {each.Last.TotalSeconds:0.00} s in {each.Container[..12]}\n"));
}
