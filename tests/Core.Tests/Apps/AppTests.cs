using System.Collections.Immutable;
using System.Text;
using CsCheck;
using Granary.Core.Apps;
using Granary.Core.Instances;
using Granary.Core.Tests.Stories;
using Granary.Testing;
using static Granary.Core.Apps.AppEvent;

namespace Granary.Core.Tests.Apps;

public sealed class AppTests
{
    private static readonly DropletState Foreign = A.StagedDroplet() with { App = new AppId(Guid.Empty) };

    private static readonly (string Name, AppEvent Event)[] Events =
    [
        ("created", new Created(A.Start, A.App, "training-app", A.ExistingApp().Space, Lifecycle.Bits, Metadata.Empty)),
        ("created under another name", new Created(A.Start, A.App, "another", A.ExistingApp().Space, Lifecycle.Bits, Metadata.Empty)),
        ("created without a name", new Created(A.Start, A.App, " ", A.ExistingApp().Space, Lifecycle.Bits, Metadata.Empty)),
        ("package added", new PackageAdded(A.Start, new PackageId(A.App.Value))),
        ("droplet assigned", new DropletAssigned(A.Start, A.StagedDroplet())),
        ("droplet of another app assigned", new DropletAssigned(A.Start, Foreign)),
        ("environment changed", new EnvironmentChanged(A.Start, Variables("A"))),
        ("environment with a reserved name", new EnvironmentChanged(A.Start, Variables("VCAP_SERVICES"))),
        ("started desired", new StateDesired(A.Start, DesiredState.Started, A.StagedDroplet(("worker", "work hard")))),
        ("restart requested", new RestartRequested(A.Start, A.StagedDroplet(("worker", "work hard")))),
        ("worker scaled to 3", new ProcessChanged(A.Start, "worker", new ProcessChange(Instances: 3), A.StagedDroplet(("worker", "work hard")))),
        ("worker given memory", new ProcessChanged(A.Start, "worker", new ProcessChange(MemoryMb: 64), A.StagedDroplet(("worker", "work hard")))),
        ("unknown process scaled", new ProcessChanged(A.Start, "clock", new ProcessChange(Instances: 3), A.StagedDroplet(("worker", "work hard")))),
        ("instances told revision 1", new InstancesTold(A.Start, 1)),
        ("instances told revision 2", new InstancesTold(A.Start, 2)),
        ("worker 0 makes way", new InstancesSpoke(A.Start, [new InstanceNews.MakesWay("worker", 0, 0, 3, 1, HasEnded: false)])),
        ("worker 0 has made way", new InstancesSpoke(A.Start, [new InstanceNews.MakesWay("worker", 0, 0, 3, 1, HasEnded: true)])),
        ("worker 1, which is not wanted, makes way", new InstancesSpoke(A.Start, [new InstanceNews.MakesWay("worker", 1, 0, 3, 1, HasEnded: false)])),
        ("worker 0 is up as a relief", new InstancesSpoke(A.Start, [new InstanceNews.ReliefUp("worker", 0, 1, 4, 2)])),
        ("woke", new Woke(A.Start)),
        ("stopped desired", new StateDesired(A.Start, DesiredState.Stopped)),
        ("relabelled", new Relabelled(A.Start, Metadata.Empty)),
        ("edited: name, variable and worker", new Edited(A.Start, new AppEdit("renamed") { Environment = Variables("A"), Processes = Processes(("worker", new ProcessChange(Instances: 2)), ("clock", new ProcessChange(ChangesCommand: true, Command: "tick"))) }, A.StagedDroplet(("worker", "work hard")))),
        ("edited with an unknown buildpack", new Edited(A.Start, new AppEdit(Buildpacks: ["cobol_buildpack"]), null)),
        ("deletion requested", new DeletionRequested(A.Start)),
        ("sequence ids needed", new SequenceIdsNeeded(A.Start, 3)),
        ("a build asks for its turn", new StagingAsked(A.Start, A.Droplet, null)),
    ];

    private static readonly (string Name, AppState State)[] States =
    [
        ("ABSENT", new AppState()),
        ("STOPPED without a droplet", A.ExistingApp()),
        ("STOPPED", A.ExistingApp() with { CurrentDroplet = A.Droplet }),
        ("STARTED", Decided(A.ExistingApp(), new DropletAssigned(A.Start, A.StagedDroplet()), new StateDesired(A.Start, DesiredState.Started, A.StagedDroplet(("worker", "work hard"))))),
        ("DELETED while it was started", Decided(A.ExistingApp(), new DropletAssigned(A.Start, A.StagedDroplet()), new StateDesired(A.Start, DesiredState.Started, A.StagedDroplet(("worker", "work hard"))), new DeletionRequested(A.Start))),
        ("STARTED, worker 0 relieved after attempt 3", Decided(A.ExistingApp(), new DropletAssigned(A.Start, A.StagedDroplet()), new StateDesired(A.Start, DesiredState.Started, A.StagedDroplet(("worker", "work hard"))), new InstancesSpoke(A.Start, [new InstanceNews.MakesWay("worker", 0, 0, 3, 1, HasEnded: false)]))),
    ];

    [Fact]
    public void Every_state_has_a_rule_for_every_event()
    {
        var table = new StringBuilder("# What each state of an app makes of each event. Recorded and reviewed: see docs/recipes/add-a-task-event.md.\n");

        foreach (var (state, before) in States)
        {
            table.Append('\n').Append(state).Append('\n');
            foreach (var (name, @event) in Events)
            {
                var decision = AppMachine.Decide(before, @event);
                Assert.Empty(AppInvariants.Check(before, decision));
                table.Append("    ").Append(name.PadRight(44)).Append(Words(before, decision)).Append('\n');
            }
        }

        Recorded.Check(Repository.PathOf("tests", "Core.Tests", "stories", "app-table.txt"), table.ToString());
    }

    [Fact]
    public void The_table_has_every_kind_of_event() =>
        Assert.Empty(typeof(AppEvent).GetNestedTypes().Except(Events.Select(each => each.Event.GetType())));

    [Fact]
    public void The_invariants_hold_for_200_000_lists_of_events() => Gen.Int[0, Events.Length - 1].Array[1, 20].Sample(
        list =>
        {
            var app = new AppState();
            foreach (var index in list)
            {
                var decision = AppMachine.Decide(app, Events[index].Event);
                var broken = AppInvariants.Check(app, decision);
                if (!broken.IsEmpty)
                {
                    throw new InvalidOperationException(string.Join("; ", broken));
                }

                app = decision.Next;
            }
        },
        iter: 200_000,
        print: list => string.Join(", ", list.Select(index => Events[index].Name)));

    [Fact]
    public void A_broken_decision_is_caught()
    {
        var app = A.ExistingApp();

        Assert.Equal(["1: identity changed"], Check(app, app with { Space = A.App.Value }));
        Assert.Equal(["1: deleted and yet alive"], Check(app, app with { IsDeleted = true }));
        Assert.Equal(["1: deleted and yet alive"], Check(app with { IsDeleted = true }, app));
        Assert.Equal(["2: sequence ids fell"], Check(app with { SequenceIdsTaken = 2 }, app));
        Assert.Equal(["3: started without a droplet"], Check(app, app with { Desired = DesiredState.Started }));
        var started = States.Single(each => each.Name == "STARTED").State;
        Assert.Equal(["5: what is wanted changed in silence"], Check(started, started with { Desired = DesiredState.Stopped }));
        Assert.Equal(["5: what is wanted changed in silence"], Check(started, started with { Release = started.Release! with { Version = 2 } }));
        Assert.Equal(["5: what is wanted changed in silence"], Check(started, started with { Revision = 0 }));
        Assert.Equal(["6: an instance is not told"], Check(started, started with { Revision = 2, WakeAt = null }));
        Assert.Equal(["6: an instance is not told"], Check(started, started with { Revision = 2, Processes = started.Processes.SetItem("worker", new ProcessState(3, ProcessSettings.Default, 2)) }));
        var relieved = States[^1].State;
        Assert.Equal(["7: handed over in silence"], Check(started with { Revision = 2 }, relieved));
        Assert.Equal(["7: relieves what is not wanted"], Check(relieved, relieved with { Revision = 3, Desired = DesiredState.Stopped }));
        Assert.Equal(["4: changed in silence"], AppInvariants.Check(app, Decision<AppState, AppEffect>.Stay(app with { SequenceIdsTaken = 2 })).AsEnumerable());
    }

    [Fact]
    public void An_edit_is_refused_with_every_fault_and_changes_nothing()
    {
        var edit = new AppEdit(" ", ["cobol_buildpack", Buildpacks.Binary]) { Environment = Variables("PORT"), Labels = Variables("-"), Annotations = Variables("cloudfoundry.org/x") };

        var decision = AppMachine.Decide(A.ExistingApp(), new Edited(A.Start, edit, null));

        Assert.False(decision.Changes);
        Assert.Equal(
            [
                "Name can't be blank",
                "Environment variables cannot set PORT",
                "Metadata label key error: '-' must be up to 63 letters, digits, '-', '_' or '.', and start and end with a letter or digit",
                "Metadata annotation key error: prefix 'cloudfoundry.org' is reserved",
                "Buildpack \"cobol_buildpack\" must be an existing admin buildpack or a valid git URI",
            ],
            decision.Refusal!.Details.AsEnumerable());
    }

    [Fact]
    public void An_image_has_no_buildpacks()
    {
        var decision = AppMachine.Decide(A.ExistingApp() with { Lifecycle = Lifecycle.Docker }, new Edited(A.Start, new AppEdit(Buildpacks: [Buildpacks.Binary]), null));

        Assert.Equal(["Buildpacks cannot be configured for a docker lifecycle app."], decision.Refusal!.Details.AsEnumerable());
    }

    [Fact]
    public void Processes_that_an_edit_makes_are_there_without_a_droplet_and_are_bounded()
    {
        var some = AppMachine.Decide(A.ExistingApp(), new Edited(A.Start, new AppEdit { Processes = Processes(("task", new ProcessChange(MemoryMb: 32)), ("web", new ProcessChange())) }, null)).Next;
        var many = Processes([.. Enumerable.Range(0, 65).Select(each => ($"type{each}", new ProcessChange()))]);

        Assert.Equal(["web", "task"], AppProcesses.Types(some, null).AsEnumerable());
        Assert.Equal((32, 0), (AppProcesses.Of(some, "task").Settings.MemoryMb, AppProcesses.Instances(some, null, "task")));
        Assert.Equal(["An app may have at most 64 process types"], AppMachine.Decide(A.ExistingApp(), new Edited(A.Start, new AppEdit { Processes = many }, null)).Refusal!.Details.AsEnumerable());
    }

    [Fact]
    public void All_faults_of_an_environment_are_told_at_once_and_nothing_changes()
    {
        var decision = AppMachine.Decide(A.ExistingApp(), new EnvironmentChanged(A.Start, Variables("", "vcap_x", "VMC", "Port", "A=B", "A\0", "FINE")));

        Assert.False(decision.Changes);
        Assert.Equal(
            new[]
            {
                "Environment variable names can't be blank",
                "Environment variable 'A\0' must not contain '=' or a null character",
                "Environment variable 'A=B' must not contain '=' or a null character",
                "Environment variables cannot set PORT",
                "Environment variable 'vcap_x' cannot start with VCAP_",
                "Environment variable 'VMC' cannot start with VMC",
            }.Order(StringComparer.Ordinal),
            decision.Refusal!.Details.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void An_environment_is_bounded_in_number_and_size()
    {
        var many = Enumerable.Range(0, Limits.EnvironmentVariables + 1).ToImmutableSortedDictionary(each => $"V{each}", _ => (string?)"");
        var large = ImmutableSortedDictionary<string, string?>.Empty.Add("V", new string('x', Limits.EnvironmentLength));

        Assert.Equal(RefusalReason.Invalid, AppMachine.Decide(A.ExistingApp(), new EnvironmentChanged(A.Start, many)).Refusal!.Reason);
        Assert.Equal(RefusalReason.Invalid, AppMachine.Decide(A.ExistingApp(), new EnvironmentChanged(A.Start, large)).Refusal!.Reason);
        Assert.True(AppMachine.Decide(A.ExistingApp(), new EnvironmentChanged(A.Start, many.Remove("V0"))).Changes);
    }

    [Theory]
    [InlineData("", "Name can't be blank")]
    [InlineData(" \t", "Name can't be blank")]
    [InlineData("a\nb", "Name must not contain control characters")]
    [InlineData("a\u001b[31m", "Name must not contain control characters")]
    public void A_bad_name_is_refused(string name, string fault)
    {
        var decision = AppMachine.Decide(new AppState(), new Created(A.Start, A.App, name, Guid.Empty, Lifecycle.Bits, Metadata.Empty));

        Assert.Equal([fault], decision.Refusal!.Details.AsEnumerable());
    }

    [Fact]
    public void A_bad_name_and_bad_labels_are_told_in_one_answer()
    {
        var metadata = Metadata.Empty with { Labels = Metadata.Empty.Labels.Add("cloudfoundry.org/x", "-") };

        var decision = AppMachine.Decide(new AppState(), new Created(A.Start, A.App, new string('a', 256), Guid.Empty, Lifecycle.Bits, metadata));

        Assert.Equal(3, decision.Refusal!.Details.Length);
        Assert.Equal("Name is too long (maximum is 255 characters)", decision.Refusal.Details[0]);
    }

    private static IEnumerable<string> Check(AppState before, AppState after) => AppInvariants.Check(before, Decision<AppState, AppEffect>.Move(after));

    private static ImmutableSortedDictionary<string, string?> Variables(params string[] names) => names.ToImmutableSortedDictionary(each => each, _ => (string?)"value");

    private static ImmutableSortedDictionary<string, ProcessChange> Processes(params (string Type, ProcessChange Change)[] processes) =>
        processes.ToImmutableSortedDictionary(each => each.Type, each => each.Change, StringComparer.Ordinal);

    private static AppState Decided(AppState app, params AppEvent[] events) => events.Aggregate(app, (before, @event) => AppMachine.Decide(before, @event).Next);

    private static string Words(AppState before, Decision<AppState, AppEffect> decision) =>
        string.Join("; ", new[] { Result(before, decision) }.Concat(decision.Effects.Select(AppTeller.Words)));

    private static string Result(AppState before, Decision<AppState, AppEffect> decision) => decision switch
    {
        { Refusal: { } refusal } => $"refused, {refusal.Reason}",
        { Changes: false } => "stays",
        _ when !before.Exists => "STOPPED",
        _ when decision.Next.Desired != before.Desired => decision.Next.Desired.ToString().ToUpperInvariant(),
        _ => "stays, with a change",
    };
}
