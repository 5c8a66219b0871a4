using System.Collections.Immutable;
using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Builds;
using Granary.Core.Cells;
using Granary.Core.Instances;
using Granary.Core.Placement;
using Granary.Core.Runtime;
using Granary.Core.Tasks;

namespace Granary.Testing;

/// <summary>Builders that hide what does not matter to a test: <c>A.RunningTask(attempt: 2)</c>. Every state is made by the machines themselves.</summary>
public static class A
{
    /// <summary>When everything begins in tests.</summary>
    public static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static readonly AppId App = new(Guid.Parse("aaaaaaaa-0000-0000-0000-000000000001"));

    public static readonly DropletId Droplet = new(Guid.Parse("dddddddd-0000-0000-0000-000000000001"));

    public static readonly ProcessKey Worker = new(App, "worker");

    public static readonly CellId Cell1 = new("cell-1");

    public static DateTimeOffset At(double seconds) => Start.AddSeconds(seconds);

    /// <summary>The id of task <paramref name="number"/>; the same number is always the same task.</summary>
    public static TaskId TaskId(int number = 1) => new(new Guid(number, 0, 0, [0, 0, 0, 0, 0, 0, 0, 7]));

    public static TaskSpec Spec(
        string command = "true",
        int retriesMax = 0,
        int lossesMax = 2,
        OnCellLoss onCellLoss = OnCellLoss.Move,
        double? deadlineSeconds = null,
        int memoryMb = 64,
        int diskMb = 64) =>
        new(
            "sample-task",
            command,
            "vcap",
            memoryMb,
            diskMb,
            -1,
            Droplet,
            new ContainerSource("granary/stack:bookworm", new string('0', 64)),
            ImmutableSortedDictionary<string, string>.Empty.Add("GREETING", "hello"),
            ContainerNetwork.Outbound,
            AttemptPolicy.Default with { RetriesMax = retriesMax, LossesMax = lossesMax, OnCellLoss = onCellLoss },
            deadlineSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null);

    public static TaskEvent.Submitted Submitted(TaskSpec? spec = null) => new(Start, TaskId(), App, 1, spec ?? Spec(), Metadata.Empty);

    public static TaskState PendingTask(TaskSpec? spec = null) => After(new TaskState(), Submitted(spec));

    /// <summary>A task whose attempt <paramref name="attempt"/> was given to cell-1; the earlier ones were drained.</summary>
    public static TaskState RunningTask(int attempt = 1, TaskSpec? spec = null)
    {
        var task = PendingTask(spec);
        for (var number = 1; number <= attempt; number++)
        {
            task = number == 1 ? task : After(task, Report(new AttemptReport.Displaced(number - 1, "the cell drains")));
            task = After(task, new TaskEvent.Placed(Start, number, Cell1));
        }

        return task;
    }

    public static TaskState CancelingTask(int attempt = 1, TaskSpec? spec = null) => After(RunningTask(attempt, spec), new TaskEvent.CancelRequested(Start));

    public static TaskState SucceededTask(int attempt = 1) => After(RunningTask(attempt), Exited(attempt, 0));

    public static TaskState FailedTask(int attempt = 1) => After(RunningTask(attempt), Exited(attempt, 3));

    /// <summary>The task of a phase, with its newest attempt 2 where the phase has attempts.</summary>
    public static TaskState TaskIn(TaskPhase phase) => phase switch
    {
        TaskPhase.Absent => new TaskState(),
        TaskPhase.Pending => After(RunningTask(2), Report(new AttemptReport.Displaced(2, "the cell drains"))),
        TaskPhase.Running => RunningTask(2),
        TaskPhase.Canceling => CancelingTask(2),
        TaskPhase.Succeeded => SucceededTask(2),
        TaskPhase.Failed => FailedTask(2),
        _ => throw new ArgumentOutOfRangeException(nameof(phase), phase, null),
    };

    public static TaskEvent.Reported Report(AttemptReport report, double atSeconds = 0) => new(At(atSeconds), report);

    public static TaskEvent.Reported Exited(int attempt, int code, bool beforeStop = true, bool outOfMemory = false, double atSeconds = 0) =>
        Report(new AttemptReport.Exited(attempt, new AttemptExit(code, outOfMemory, Start, At(atSeconds), beforeStop)), atSeconds);

    /// <summary>The task after one event, which must not be refused.</summary>
    public static TaskState After(TaskState task, TaskEvent @event)
    {
        var decision = TaskMachine.Decide(task, @event);
        return decision.Refusal is null ? decision.Next : throw new InvalidOperationException($"{@event} was refused: {decision.Refusal}");
    }

    /// <summary>What an app wants of instance 0 of its process "worker"; a version of 0 wants nothing.</summary>
    public static InstanceOrder Order(int revision = 1, int version = 1, CrashPolicy? crashes = null, Part part = Part.None, int after = 0) =>
        new(Worker, 0, revision, version == 0 ? null : InstanceSpec(version, crashes), Part: part, After: after);

    public static InstanceSpec InstanceSpec(int version = 1, CrashPolicy? crashes = null) =>
        new(version, "worker", 0, "work hard", "vcap", 64, 64, -1, Spec().Source, Spec().Environment, ContainerNetwork.Outbound, crashes ?? CrashPolicy.Default);

    /// <summary>An instance whose attempt <paramref name="attempt"/> was given to cell-1; the earlier ones were drained.</summary>
    public static InstanceState RunningInstance(int attempt = 1)
    {
        var instance = After(new InstanceState(), new InstanceEvent.Ordered(Start, Order()));
        for (var number = 1; number <= attempt; number++)
        {
            instance = number == 1 ? instance : After(instance, new InstanceEvent.Reported(Start, new AttemptReport.Displaced(number - 1, "the cell drains")));
            instance = After(instance, new InstanceEvent.Placed(Start, number, Cell1));
        }

        return instance;
    }

    /// <summary>The instance of a phase, with its newest attempt 2 where the phase has attempts, after the app's order of revision 1.</summary>
    public static InstanceState InstanceIn(InstancePhase phase) => phase switch
    {
        InstancePhase.Absent => new InstanceState(),
        InstancePhase.Stopped => After(InstanceIn(InstancePhase.Canceling), new InstanceEvent.Reported(Start, new AttemptReport.Exited(2, new AttemptExit(143, false, Start, Start, BeforeStop: false)))) with { Revision = 1 },
        InstancePhase.Pending => After(RunningInstance(2), new InstanceEvent.Reported(Start, new AttemptReport.Lost(2, "its lease lapsed"))),
        InstancePhase.Running => RunningInstance(2),
        InstancePhase.Canceling => After(RunningInstance(2), new InstanceEvent.Ordered(Start, Order(2, 0))) with { Revision = 1 },
        InstancePhase.Succeeded => Crashed(0),
        InstancePhase.Failed => Crashed(3),
        _ => throw new ArgumentOutOfRangeException(nameof(phase), phase, null),
    };

    /// <summary>The instance after one event, which must not be refused.</summary>
    public static InstanceState After(InstanceState instance, InstanceEvent @event)
    {
        var decision = InstanceMachine.Decide(instance, @event);
        return decision.Refusal is null ? decision.Next : throw new InvalidOperationException($"{@event} was refused: {decision.Refusal}");
    }

    /// <summary>Waits for its backoff after an end by itself.</summary>
    private static InstanceState Crashed(int code) =>
        After(RunningInstance(2) with { Counters = new AttemptCounters(Failures: 2) }, new InstanceEvent.Reported(Start, new AttemptReport.Exited(2, new AttemptExit(code, false, Start, Start))));

    public static AppState ExistingApp() =>
        AppMachine.Decide(new AppState(), new AppEvent.Created(Start, App, "training-app", Guid.Parse("5ace5ace-0000-0000-0000-000000000001"), Lifecycle.Bits, Metadata.Empty)).Next;

    /// <summary>What a build is asked to make; its guid is one of a staging.</summary>
    public static DropletState NewBuild() => new() { Id = StagingId.Of(Droplet.Value), App = App, Package = new PackageId(App.Value), Lifecycle = Lifecycle.Bits };

    public static DropletState StagedDroplet(params (string Type, string Command)[] processes) => new()
    {
        Id = Droplet,
        App = App,
        Lifecycle = Lifecycle.Bits,
        Phase = DropletPhase.Staged,
        Source = Spec().Source,
        ProcessTypes = processes.ToImmutableSortedDictionary(each => each.Type, each => each.Command),
        CreatedAt = Start,
        UpdatedAt = Start,
    };

    /// <summary>A task that waits for its first cell; <paramref name="waited"/> is in seconds before <see cref="Start"/>.</summary>
    public static QueuedWork QueuedTask(int number = 1, int memoryMb = 64, int diskMb = 64, double waited = 0, double? notBefore = null, string? lastCell = null) =>
        new(TaskId(number).Value, 1, new CellCapacity(memoryMb, diskMb), At(-waited), number, notBefore is { } seconds ? At(seconds) : null, lastCell is null ? null : new CellId(lastCell));

    /// <summary>A cell of which everything is free unless told otherwise; it has <paramref name="workers"/> instances of <see cref="Worker"/>.</summary>
    public static CellSnapshot Cell(string name = "cell-1", int memoryMb = 64, int diskMb = 1024, int? freeMemoryMb = null, int? freeDiskMb = null, string? whyNot = null, int workers = 0) =>
        new(new CellId(name), new CellCapacity(memoryMb, diskMb), new CellCapacity(freeMemoryMb ?? memoryMb, freeDiskMb ?? diskMb), whyNot is null, whyNot, new Dictionary<ProcessKey, int> { [Worker] = workers });
}
