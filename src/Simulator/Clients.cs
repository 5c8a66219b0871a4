using System.Collections.Immutable;
using System.Globalization;
using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Instances;
using Granary.Core.Runtime;
using Granary.Core.Tasks;
using Granary.Simulator.Parts;
using Granary.Simulator.Plans;

namespace Granary.Simulator;

/// <summary>Those who submit tasks and keep apps: each asks any living silo until it is answered, and remembers what it was told.</summary>
internal sealed class Clients(World world)
{
    private static readonly AppId AppOfTasks = new(new Guid(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1));
    private static readonly DropletState Droplet = new() { Id = new DropletId(Guid.Empty), Phase = DropletPhase.Staged, Lifecycle = Lifecycle.Docker, Source = new ContainerSource("image", null), ProcessTypes = ImmutableSortedDictionary<string, string>.Empty.Add(ProcessType, "run") };
    private const string ProcessType = "worker";

    private readonly Dictionary<(int, int, int, bool, TimeSpan?, string?), TaskSpec> specs = [];
    private readonly Dictionary<Guid, PlannedLane> instances = [];
    private readonly Dictionary<AppId, TimeSpan> changedAt = [];

    /// <summary>Tasks whose submit was acknowledged.</summary>
    public HashSet<TaskId> Accepted { get; } = [];

    /// <summary>Tasks whose cancel somebody asked for.</summary>
    public HashSet<TaskId> CancelsAsked { get; } = [];

    /// <summary>Tasks whose cancel was acknowledged while they had not ended.</summary>
    public HashSet<TaskId> CancelsTaken { get; } = [];

    /// <summary>What users have in mind for their apps and nobody has taken yet.</summary>
    public int ChangesLeft { get; private set; }

    /// <summary>Tasks of which a client was told how they ended.</summary>
    public Dictionary<TaskId, TaskPhase> EndsTold { get; } = [];

    public IReadOnlyList<AppId> Apps { get; private set; } = [];

    public static TaskId IdOf(int number) => new(new Guid(number, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7));

    public PlannedTask PlanOf(TaskId task) => world.Plan.Tasks[NumberOf(task.Value) - 1];

    public string NameOf(Guid work) => instances.TryGetValue(work, out var instance)
        ? string.Create(CultureInfo.InvariantCulture, $"instance {instance.Index} of {instance.Name}{(instance.Lane == 0 ? "" : ", lane 1")}")
        : string.Create(CultureInfo.InvariantCulture, $"task {NumberOf(work)}");

    public int MemoryOf(Guid work) => instances.TryGetValue(work, out var instance) ? instance.MemoryMb : world.Plan.Tasks[NumberOf(work) - 1].MemoryMb;

    public string? SegmentOf(Guid work) => instances.TryGetValue(work, out var instance) ? instance.Segment : world.Plan.Tasks[NumberOf(work) - 1].Segment;

    /// <summary>The other lane of the index; null for a task.</summary>
    public Guid? OtherLane(Guid work) => instances.TryGetValue(work, out var lane) ? InstanceId.Of(new ProcessKey(lane.App, ProcessType), lane.Index, 1 - lane.Lane).Value : null;

    /// <summary>Whether its users change an app, or did so in this time.</summary>
    public bool HaveChanged(AppId app, TimeSpan within) => world.Agenda.Now - changedAt[app] < within;

    /// <summary>Null for an instance.</summary>
    public TimeSpan? SubmittedAt(Guid work) => InstanceId.Is(work) ? null : world.Plan.Tasks[NumberOf(work) - 1].At;

    public Script ScriptOf(Guid work)
    {
        if (instances.TryGetValue(work, out var instance))
        {
            return instance.Script;
        }

        var plan = world.Plan.Tasks[NumberOf(work) - 1];
        return new Script(plan.Hangs ? null : plan.Lasts, plan.ExitCode, plan.RunsOutOfMemory, HearsTerm: !plan.Hangs);
    }

    public void Schedule()
    {
        if (!world.Plan.Tasks.IsEmpty)
        {
            Submit(1);
        }

        Apps = [.. world.Plan.Apps.Select((plan, number) => Keep(plan, number))];
    }

    private static int NumberOf(Guid work) => BitConverter.ToInt32(work.ToByteArray());

    /// <summary>Tasks come in the order of the plan: each is on the agenda only when the one before has come.</summary>
    private void Submit(int number)
    {
        var plan = world.Plan.Tasks[number - 1];
        world.Agenda.At(plan.At, () =>
        {
            if (number < world.Plan.Tasks.Length)
            {
                Submit(number + 1);
            }

            var (id, spec) = (IdOf(number), Spec(plan));
            Repeat(() => Accepted.Contains(id), silo => silo.Desk.Tell(
                id,
                at => new TaskEvent.Submitted(at, id, AppOfTasks, number, spec, Metadata.Empty),
                task => Accepted.Add(task.Id)));
            if (plan.CancelAt is { } cancelAt)
            {
                world.Agenda.At(cancelAt, () => Cancel(id));
            }
        });
    }

    private void Cancel(TaskId id)
    {
        var isAnswered = false;
        Repeat(() => isAnswered, silo =>
        {
            CancelsAsked.Add(id);
            silo.Desk.Tell(id, at => new TaskEvent.CancelRequested(at), task =>
            {
                isAnswered = task.Phase != TaskPhase.Absent;
                if (task.IsFinished)
                {
                    EndsTold[id] = task.Phase;
                }
                else if (isAnswered)
                {
                    CancelsTaken.Add(id);
                }
            });
        });
    }

    private AppId Keep(PlannedApp plan, int number)
    {
        var id = new AppId(new Guid(number, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2));
        var name = FormattableString.Invariant($"app-{number + 1}");
        var most = Math.Max(plan.Instances, plan.Changes.IsEmpty ? 0 : plan.Changes.Max(each => each.Instances));
        changedAt[id] = TimeSpan.MaxValue;
        foreach (var (index, lane) in Enumerable.Range(0, most).SelectMany(index => new[] { (index, 0), (index, 1) }))
        {
            instances[InstanceId.Of(new ProcessKey(id, ProcessType), index, lane).Value] = new PlannedLane(id, name, index, lane, plan.MemoryMb, new Script(plan.CrashesAfter, 1)) { Segment = plan.Segment };
        }

        var droplet = Droplet with { App = id };
        var place = plan.Segment is null ? null : PlaceNames.Default with { Segment = plan.Segment };
        ChangesLeft += 4 + plan.Changes.Length;
        InOrder(plan.At, [
            at => new AppEvent.Created(at, id, name, Guid.Empty, Lifecycle.Docker, Metadata.Empty),
            at => new AppEvent.DropletAssigned(at, droplet),
            at => new AppEvent.ProcessChanged(at, ProcessType, new ProcessChange(plan.Instances, plan.MemoryMb, 64), droplet),
            at => new AppEvent.StateDesired(at, DesiredState.Started, droplet, place),
            .. plan.Changes.Select(change => Event(change, droplet, place)),
        ],
        [.. plan.Changes.Select(each => each.At)],
        id);
        return id;
    }

    private static Func<DateTimeOffset, AppEvent> Event(PlannedChange change, DropletState droplet, PlaceNames? place) => at => change.Change switch
    {
        AppChange.Scale => new AppEvent.ProcessChanged(at, ProcessType, new ProcessChange(change.Instances), droplet),
        AppChange.Restart => new AppEvent.RestartRequested(at, droplet, place),
        AppChange.Stop => new AppEvent.StateDesired(at, DesiredState.Stopped),
        _ => new AppEvent.StateDesired(at, DesiredState.Started, droplet, place),
    };

    /// <summary>One after the other, each not before its time; the times are those of the last events.</summary>
    private void InOrder(TimeSpan at, ImmutableArray<Func<DateTimeOffset, AppEvent>> events, ImmutableArray<TimeSpan> times, AppId app) => world.Agenda.At(at, () =>
    {
        var isDone = false;
        changedAt[app] = TimeSpan.MaxValue;
        Repeat(() => isDone, silo => silo.Desk.Tell(app, events[0], _ =>
        {
            changedAt[app] = isDone ? changedAt[app] : world.Agenda.Now;
            ChangesLeft -= isDone ? 0 : 1;
            if (!isDone && events.Length > 1)
            {
                var left = events.RemoveAt(0);
                InOrder(left.Length <= times.Length ? times[^left.Length] : world.Agenda.Now, left, times, app);
            }

            isDone = true;
        }));
    });

    /// <summary>A client that asks any living silo until it is answered.</summary>
    private void Repeat(Func<bool> isDone, Action<Silo> ask)
    {
        if (world.AnyGrainSilo() is { } silo)
        {
            ask(silo);
        }

        world.Agenda.After(TimeSpan.FromSeconds(1), () =>
        {
            if (!isDone())
            {
                Repeat(isDone, ask);
            }
        });
    }

    /// <summary>One for all tasks that ask for the same: there may be a million.</summary>
    private TaskSpec Spec(PlannedTask plan)
    {
        var key = (plan.MemoryMb, plan.LossesMax, plan.RetriesMax, plan.FailsOnLoss, plan.Deadline, plan.Segment);
        return specs.TryGetValue(key, out var known) ? known : specs[key] = new TaskSpec(
            "task",
            "true",
            null,
            plan.MemoryMb,
            64,
            -1,
            new DropletId(Guid.Empty),
            Droplet.Source!,
            ImmutableSortedDictionary<string, string>.Empty,
            ContainerNetwork.Outbound,
            AttemptPolicy.Default with { LossesMax = plan.LossesMax, RetriesMax = plan.RetriesMax, OnCellLoss = plan.FailsOnLoss ? OnCellLoss.Fail : OnCellLoss.Move },
            plan.Deadline)
        {
            Segment = plan.Segment,
        };
    }

    /// <summary>One of the two places of an index.</summary>
    private sealed record PlannedLane(AppId App, string Name, int Index, int Lane, int MemoryMb, Script Script)
    {
        public string? Segment { get; init; }
    }
}
