using System.Text.Json;
using CsCheck;
using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Instances;
using Granary.Core.Tasks;
using Granary.Testing;
using static Granary.Core.Apps.AppEvent;

namespace Granary.Core.Tests.Instances;

public sealed class InstanceTests
{
    private static readonly TaskPolicy Policy = new();

    [Fact]
    public void The_guid_of_an_instance_is_always_the_same_and_no_other_has_it() => Gen.Select(Gen.Guid, Gen.Guid, Gen.Int[0, 999]).Sample(
        (app, other, index) =>
        {
            var process = new ProcessKey(new AppId(app), "worker");
            var guid = InstanceId.Of(process, index).Value;

            return guid == InstanceId.Of(process, index).Value
                && InstanceId.Is(guid)
                && guid != InstanceId.Of(process, index + 1).Value
                && guid != InstanceId.Of(process with { Type = "web" }, index).Value
                && guid != InstanceId.Of(process with { App = new AppId(other) }, index).Value
                && InstanceId.OfRun(new AttemptKey(guid, 1)) != InstanceId.OfRun(new AttemptKey(guid, 2));
        },
        iter: 10_000);

    [Fact]
    public void No_guid_that_is_made_in_a_customary_way_is_that_of_an_instance()
    {
        Assert.False(InstanceId.Is(Guid.NewGuid()));
        Assert.False(InstanceId.Is(Guid.CreateVersion7()));
        Assert.False(InstanceId.Is(Guid.Empty));
        Assert.False(InstanceId.Is(InstanceId.OfRun(new AttemptKey(Guid.NewGuid(), 1))));
    }

    [Fact]
    public void Crashes_are_answered_as_by_Cloud_Foundry()
    {
        var delays = Enumerable.Range(1, 12).Select(crashes => CrashPolicy.Default.DelayAfter(crashes, A.TaskId().Value).TotalSeconds).ToArray();

        double[] full = [0, 0, 30, 60, 120, 240, 480, 960, 960, 960, 960, 960];
        Assert.All(delays.Zip(full), each => Assert.InRange(each.First, each.Second * 0.75, each.Second));
    }

    [Theory]
    [InlineData("worker", "worker 1")]
    [InlineData("web", "web 1")]
    [InlineData("web worker", "web 1, worker 0")]
    [InlineData("migrate worker", "migrate 0, worker 1")]
    [InlineData("migrate report", "migrate 0, report 0")]
    public void Nobody_having_said_one_of_web_is_wanted_or_else_one_of_worker(string types, string wanted)
    {
        var droplet = A.StagedDroplet([.. types.Split(' ').Select(type => (type, $"run {type}"))]);

        var app = Started(droplet);

        Assert.Equal(wanted, string.Join(", ", AppProcesses.Wanted(app).Select(each => $"{each.Key} {each.Value}")));
    }

    [Fact]
    public void A_process_without_a_command_runs_nothing_until_it_is_given_one()
    {
        var droplet = A.StagedDroplet();
        var app = After(Started(droplet), new ProcessChanged(A.Start, "web", new ProcessChange(Instances: 2), droplet));
        Assert.Empty(AppProcesses.Wanted(app));

        app = After(app, new ProcessChanged(A.Start, "web", new ProcessChange(ChangesCommand: true, Command: "serve"), droplet), new RestartRequested(A.Start, droplet));

        Assert.Equal(2, AppProcesses.Wanted(app)["web"]);
        Assert.All(Orders(app), order => Assert.Equal("serve", order.Spec!.Command));
    }

    [Fact]
    public void What_a_start_took_holds_until_the_next_whatever_is_changed()
    {
        var droplet = A.StagedDroplet(("worker", "work hard"));
        var app = Started(droplet);
        var before = Orders(app).Single().Spec!;

        var changed = After(
            app,
            new EnvironmentChanged(A.Start, System.Collections.Immutable.ImmutableSortedDictionary<string, string?>.Empty.Add("GREETING", "hi")),
            new ProcessChanged(A.Start, "worker", new ProcessChange(MemoryMb: 32, ChangesCommand: true, Command: "work less"), droplet),
            new ProcessChanged(A.Start, "worker", new ProcessChange(Instances: 2), droplet));
        var restarted = After(changed, new RestartRequested(A.Start, droplet));

        Assert.All(Orders(changed), order => Assert.Equal((1, "work hard", 1024, false), (order.Spec!.Version, order.Spec.Command, order.Spec.MemoryMb, order.Spec.Environment.ContainsKey("GREETING"))));
        Assert.All(Orders(restarted), order => Assert.Equal((2, "work less", 32, true), (order.Spec!.Version, order.Spec.Command, order.Spec.MemoryMb, order.Spec.Environment.ContainsKey("GREETING"))));
        Assert.Equal(before.Command, Orders(changed).First().Spec!.Command);
    }

    [Fact]
    public void Instances_are_told_that_they_are_not_wanted_until_all_have_confirmed()
    {
        var droplet = A.StagedDroplet(("worker", "work hard"));
        var app = After(Started(droplet), new ProcessChanged(A.Start, "worker", new ProcessChange(Instances: 3), droplet), new ProcessChanged(A.Start, "worker", new ProcessChange(Instances: 1), droplet));

        Assert.Equal([true, false, false], Orders(app).Select(order => order.Spec is not null));
        Assert.Equal([true], Orders(After(app, new InstancesTold(A.Start, app.Revision))).Select(order => order.Spec is not null));
        Assert.Equal(3, Orders(After(app, new InstancesTold(A.Start, app.Revision - 1))).Count());
    }

    [Fact]
    public void An_instance_has_the_environment_of_Cloud_Foundrys_apps()
    {
        var app = A.ExistingApp() with { Environment = A.Spec().Environment.Add("INSTANCE_INDEX", "mine").Add("HOME", "/mine") };
        var droplet = A.StagedDroplet(("worker", "work hard"));
        var spec = Orders(After(app, new DropletAssigned(A.Start, droplet), new StateDesired(A.Start, DesiredState.Started, droplet), new ProcessChanged(A.Start, "worker", new ProcessChange(Instances: 3), droplet))).Last().Spec!;
        var instance = InstanceId.Of(A.Worker, 2);
        var attempt = new AttemptKey(instance.Value, 5);

        var environment = spec.EnvironmentOf(attempt, "10.0.0.7");

        var run = InstanceId.OfRun(attempt).ToString();
        Assert.Equal(("2", "2", run, run), (environment["INSTANCE_INDEX"], environment["CF_INSTANCE_INDEX"], environment["INSTANCE_GUID"], environment["CF_INSTANCE_GUID"]));
        Assert.Equal((instance.ToString(), "5", instance.ToString(), "5"), (environment["GRANARY_INSTANCE_GUID"], environment["GRANARY_INSTANCE_ATTEMPT"], environment["GRANARY_TASK_GUID"], environment["GRANARY_TASK_ATTEMPT"]));
        Assert.Equal(("10.0.0.7", "1024m", "/home/vcap/app", "hello"), (environment["CF_INSTANCE_IP"], environment["MEMORY_LIMIT"], environment["HOME"], environment["GREETING"]));
        using var application = JsonDocument.Parse(environment["VCAP_APPLICATION"]);
        Assert.Equal((run, 2, "worker", "training-app"), (application.RootElement.GetProperty("instance_id").GetString()!, application.RootElement.GetProperty("instance_index").GetInt32(), application.RootElement.GetProperty("process_type").GetString()!, application.RootElement.GetProperty("name").GetString()!));
    }

    [Fact]
    public void Log_lines_of_an_instance_say_which_one_it_is()
    {
        Assert.Equal(("APP/PROC/WORKER-2", "13"), LogSources.Split(LogSources.OfInstance("worker-2", 13)));
        Assert.Equal(("APP/TASK/a/2", "0"), LogSources.Split(LogSources.OfTask("a/2")));
        Assert.Equal(("CELL", "0"), LogSources.Split("CELL"));
    }

    [Fact]
    public void All_faults_of_a_change_are_told_at_once()
    {
        var faults = ProcessRules.Faults(new ProcessChange(-1, 0, 4096, -2, true, "") { Unreadable = ["Memory in mb is not a number"] }, Policy);

        Assert.Equal(
            [
                "Memory in mb is not a number",
                "Instances must be greater than or equal to 0",
                "Memory in mb must be greater than 0",
                "Disk in mb cannot exceed 2048",
                "Log rate limit in bytes per second must be greater than -2",
                "Command must be between 1 and 4096 characters",
            ],
            faults.AsEnumerable());
        Assert.Equal(["Instances must be less than or equal to 1000"], ProcessRules.Faults(new ProcessChange(1001), Policy).AsEnumerable());
        Assert.Empty(ProcessRules.Faults(new ProcessChange(0, 1, 2048, -1, true, null), Policy));
    }

    private static AppState Started(DropletState droplet) => After(A.ExistingApp(), new DropletAssigned(A.Start, droplet), new StateDesired(A.Start, DesiredState.Started, droplet));

    private static IEnumerable<InstanceOrder> Orders(AppState app) => AppProcesses.Orders(app, Policy, CrashPolicy.Default);

    private static AppState After(AppState app, params AppEvent[] events) => events.Aggregate(app, (before, @event) =>
    {
        var decision = AppMachine.Decide(before, @event);
        Assert.Empty(AppInvariants.Check(before, decision));
        Assert.Null(decision.Refusal);
        return decision.Next;
    });
}
