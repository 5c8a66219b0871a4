using System.Collections.Immutable;
using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Builds;
using Granary.Core.Cells;
using Granary.Core.Instances;
using Granary.Core.Jobs;
using Granary.Core.Quotas;
using Granary.Core.Tasks;
using Granary.Testing;

namespace Granary.Core.Tests.Json;

/// <summary>One of everything that is stored or sent, with no member left at its default where that can be.</summary>
internal static class Samples
{
    private static readonly AttemptKey Attempt = new(A.TaskId().Value, 2);

    private static readonly Metadata Labelled = new(Metadata.Empty.Labels.Add("team", "blue"), Metadata.Empty.Annotations.Add("note", "Ü \"quoted\""));

    public static readonly ImmutableArray<AttemptReport> Reports =
    [
        new AttemptReport.Started(2),
        new AttemptReport.Exited(2, new AttemptExit(137, true, A.At(1), A.At(2.5), BeforeStop: false, LogIncomplete: true)),
        new AttemptReport.Lost(2, "its lease lapsed"),
        new AttemptReport.Declined(2, "no room", Permanent: true),
        new AttemptReport.Displaced(2, "cell-1 drains"),
    ];

    public static readonly ImmutableArray<TaskEvent> TaskEvents =
    [
        new TaskEvent.Submitted(A.Start, A.TaskId(), A.App, 7, A.Spec(retriesMax: 1, onCellLoss: OnCellLoss.Fail, deadlineSeconds: 60) with { PendingMax = TimeSpan.FromMinutes(5) }, Labelled),
        new TaskEvent.Placed(A.Start, 2, A.Cell1, "no cell is known"),
        new TaskEvent.Reported(A.Start, Reports[1]),
        new TaskEvent.CancelRequested(A.Start),
        new TaskEvent.Relabelled(A.Start, Labelled),
        new TaskEvent.Outlived(A.Start, 1, A.Cell1),
        new TaskEvent.Woke(A.Start),
    ];

    public static readonly ImmutableArray<AttemptEffect> AttemptEffects =
    [
        new AttemptEffect.FindCell(2, A.At(1)),
        new AttemptEffect.StartAttempt(A.Cell1, Attempt),
        new AttemptEffect.FindAttempt(A.Cell1, Attempt),
        new AttemptEffect.StopAttempt(A.Cell1, Attempt),
        new AttemptEffect.TellApp(A.App, new InstanceNews.MakesWay("worker", 0, 0, 2, 4, HasEnded: true)),
        new AttemptEffect.TellApp(A.App, new InstanceNews.ReliefUp("worker", 0, 1, 3, 4)),
    ];

    public static readonly ImmutableArray<AppEvent> AppEvents =
    [
        new AppEvent.Created(A.Start, A.App, "training-app", A.ExistingApp().Space, Lifecycle.Docker, Labelled),
        new AppEvent.PackageAdded(A.Start, new PackageId(A.App.Value)),
        new AppEvent.DropletAssigned(A.Start, A.StagedDroplet(("worker", "work hard"))),
        new AppEvent.EnvironmentChanged(A.Start, ImmutableSortedDictionary<string, string?>.Empty.Add("GREETING", "hello").Add("REMOVED", null)),
        new AppEvent.StateDesired(A.Start, DesiredState.Started, A.StagedDroplet(("worker", "work hard")), PlaceNames.Default),
        new AppEvent.RestartRequested(A.Start, A.StagedDroplet(("worker", "work hard")), PlaceNames.Default),
        new AppEvent.ProcessChanged(A.Start, "worker", new ProcessChange(3, 64, 128, 1000, true, "work harder"), A.StagedDroplet(("worker", "work hard"))),
        new AppEvent.InstancesTold(A.Start, 3),
        new AppEvent.InstancesSpoke(A.Start, [new InstanceNews.MakesWay("worker", 0, 0, 2, 4, HasEnded: false)]),
        new AppEvent.Woke(A.Start),
        new AppEvent.Relabelled(A.Start, Labelled),
        new AppEvent.Edited(
            A.Start,
            new AppEdit("renamed", [Core.Apps.Buildpacks.Binary])
            {
                Environment = ImmutableSortedDictionary<string, string?>.Empty.Add("GREETING", "hello").Add("REMOVED", null),
                Labels = ImmutableSortedDictionary<string, string?>.Empty.Add("team", null),
                Annotations = ImmutableSortedDictionary<string, string?>.Empty.Add("note", "new"),
                Processes = ImmutableSortedDictionary<string, ProcessChange>.Empty.Add("worker", new ProcessChange(3, 64, 128, 1000, true, "work harder")),
            },
            A.StagedDroplet(("worker", "work hard"))),
        new AppEvent.DeletionRequested(A.Start),
        new AppEvent.SequenceIdsNeeded(A.Start, 3),
        new AppEvent.StagingAsked(A.Start, A.Droplet, DropletPhase.Staging),
    ];

    public static readonly ImmutableArray<TaskState> Tasks =
    [
        new(),
        A.After(A.RunningTask(2, A.Spec(retriesMax: 3, deadlineSeconds: 600)), A.Exited(2, 3, atSeconds: 5)),
        A.After(A.CancelingTask(2), new TaskEvent.Relabelled(A.At(1), Labelled)),
        A.FailedTask(),
    ];

    public static readonly ImmutableArray<InstanceEvent> InstanceEvents =
    [
        new InstanceEvent.Ordered(A.Start, A.Order(revision: 3, version: 2)),
        new InstanceEvent.Ordered(A.Start, A.Order(revision: 4, part: Part.Relieves, after: 4)),
        new InstanceEvent.MakeWay(A.Start, 2, "cell-1 is drained"),
        new InstanceEvent.RestartRequested(A.Start),
        new InstanceEvent.Placed(A.Start, 2, A.Cell1, "no cell is known"),
        new InstanceEvent.Reported(A.Start, Reports[0]),
        new InstanceEvent.Outlived(A.Start, 1, A.Cell1),
        new InstanceEvent.Woke(A.Start),
    ];

    public static readonly ImmutableArray<InstanceState> Instances =
    [
        new(),
        A.After(A.RunningInstance(2), new InstanceEvent.Reported(A.At(1), new AttemptReport.Started(2))),
        A.After(A.RunningInstance(2), new InstanceEvent.Ordered(A.At(1), A.Order(2, 2))),
        A.InstanceIn(InstancePhase.Failed),
        A.After(A.RunningInstance(2), new InstanceEvent.Reported(A.At(1), new AttemptReport.Displaced(2, "the cell drains"))),
    ];

    public static readonly AppState App = new()
    {
        Id = A.App,
        Name = "training-app",
        Space = A.ExistingApp().Space,
        Lifecycle = Lifecycle.Docker,
        Buildpacks = [Core.Apps.Buildpacks.Binary],
        IsDeleted = true,
        Desired = DesiredState.Started,
        Exists = true,
        NewestPackage = new PackageId(A.App.Value),
        CurrentDroplet = A.Droplet,
        Environment = A.Spec().Environment,
        SequenceIdsTaken = 100,
        Processes = ImmutableSortedDictionary<string, ProcessState>.Empty.Add("worker", new ProcessState(3, new ProcessSettings("work harder", 64, 128, 1000), 5)),
        Release = new Release(2, A.StagedDroplet(("worker", "work hard")), A.Spec().Environment, ImmutableSortedDictionary<string, ProcessSettings>.Empty.Add("worker", new ProcessSettings(MemoryMb: 64)), PlaceNames.Default),
        Revision = 7,
        Staging = new StagingTurn(A.Droplet, A.Start),
        WakeAt = A.At(4),
        Metadata = Labelled,
        CreatedAt = A.Start,
        UpdatedAt = A.At(1),
    };

    public static readonly DropletState Droplet = A.StagedDroplet(("worker", "work hard")) with { Package = new PackageId(A.App.Value), Buildpacks = [Core.Apps.Buildpacks.Procfile], Metadata = Labelled, Error = "none" };

    /// <summary>A droplet that a container made, and what ran for it.</summary>
    public static readonly DropletState Build = Staged();

    public static readonly PackageState Package = new()
    {
        Id = new PackageId(A.App.Value),
        App = A.App,
        Lifecycle = Lifecycle.Docker,
        Phase = PackagePhase.Ready,
        Image = "example/image:1",
        Digest = new string('0', 64),
        SizeBytes = 5_000_000_000,
        Upload = Guid.Parse("bbbbbbbb-0000-0000-0000-000000000001"),
        Error = "none",
        Metadata = Labelled,
        CreatedAt = A.Start,
        UpdatedAt = A.At(1),
    };

    public static readonly JobState Job = new()
    {
        Id = new JobId(A.App.Value),
        Operation = "app.delete",
        Ends = A.App,
        Failure = new Refusal(RefusalReason.Conflict, "no"),
        Warnings = ["one"],
        CreatedAt = A.Start,
    };

    public static readonly TallyState Tally = new()
    {
        Organization = Home.Organization,
        Claims = ImmutableSortedDictionary<Guid, Claim>.Empty.Add(A.App.Value, new Claim(A.App.Value, ClaimKind.App, Home.Space, A.At(1), 5_000_000_000, 64, 3, 5_000_000_000, true)),
        Version = 3,
        LimitedSince = A.Start,
        CountedAt = A.At(1),
        CountedClaims = 1,
    };

    public static readonly ImmutableArray<TallyEvent> TallyEvents =
    [
        new TallyEvent.Claimed(A.At(1), Tally.Claims[A.App.Value], new Standing(Home.Organization, "paper", Home.Space, "mill", new QuotaLimits(1, 2, 3, 4, 5_000_000_000), QuotaLimits.None, true, 3), [new Holding(A.App.Value, null, A.At(1))]),
    ];

    public static readonly BuildpackShelf Buildpacks = new()
    {
        All =
        [
            new BuildpackState { Id = new BuildpackId(A.App.Value), Name = "one", Stack = "granary/stack:bookworm", IsEnabled = true, IsLocked = true, FileName = "one.zip", Digest = new string('0', 64), Metadata = Labelled, CreatedAt = A.Start, UpdatedAt = A.At(1) },
            .. new BuildpackShelf().All,
        ],
    };

    private static DropletState Staged()
    {
        var plan = new StagingPlan([new PlannedBuildpack("one", new string('b', 64)), new PlannedBuildpack(Core.Apps.Buildpacks.Binary, null)], Detects: true) { OtherwiseAsTheyAre = true };
        var product = new StagingProduct(new string('d', 64), ImmutableSortedDictionary<string, string>.Empty.Add("web", "serve"), [new UsedBuildpack("one", "an app", "One", "1.2")]);
        return ((BuildEvent[])
        [
            new BuildEvent.Requested(A.Start, A.NewBuild(), A.Spec(deadlineSeconds: 900) with { Staging = plan }),
            new BuildEvent.Ran(new TaskEvent.Placed(A.At(1), 1, A.Cell1)),
            new BuildEvent.Ran(A.Report(new AttemptReport.Exited(1, new AttemptExit(0, false, A.Start, A.At(2)) { Product = product }), 2)),
        ]).Aggregate(new DropletState(), (build, @event) => BuildMachine.Decide(build, @event).Next);
    }

    public static readonly Refusal Refusal = new(RefusalReason.Conflict, ["one", "two"]);

    public static readonly CellView Cell = new(A.Cell1, "Docker 20.10.24", "silo-1", new CellCapacity(1024, 2048), new CellCapacity(64, 128), 1, true, "up", A.Start, 3);
}
