using System.Collections.Immutable;
using Granary.Core;
using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Instances;
using Granary.Core.Runtime;
using Granary.Grains.Contracts;
using Granary.Grains.Ports;
using Granary.Grains.Tests.Worlds;
using Granary.Silo.Storage.Rows;
using Granary.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Grains.Tests;

/// <summary>Instances stay up, whatever dies, for as long as their app wants them; and rest when it does not.</summary>
public sealed class InstanceTests : IAsyncLifetime
{
    private World world = null!;

    private IAppGrain App => world.Silo.Grains.GetGrain<IAppGrain>(Keys.App(world.App));

    public async Task InitializeAsync() => world = await World.Begin();

    public async Task DisposeAsync() => await world.DisposeAsync();

    [Fact]
    public async Task A_started_app_has_its_instances_up_and_a_stop_ends_them_all()
    {
        await Start("print hello; wait", instances: 3);
        await Up(0, 1, 2);

        var first = await Row(0);
        Assert.Equal((InstancePhase.Running, 1, true), (first.Phase, first.Attempt, first.IsWanted));
        Assert.Equal(3, world.Engine.Starts.Count);
        await world.Until(async () => (await Log()).SequenceEqual(["APP/PROC/WEB/0 hello", "APP/PROC/WEB/1 hello", "APP/PROC/WEB/2 hello"]), "the output of all three");

        await App.Desire(DesiredState.Stopped);
        await In(InstancePhase.Stopped, 0, 1, 2);

        Assert.Equal(3, world.Engine.Stops.Count);
        Assert.Equal(143, (await Row(2)).ExitCode);
        await world.NothingLeft();
        Assert.Empty(world.Log.Errors);
    }

    [Fact]
    public async Task A_crash_is_followed_by_another_run_at_once_twice_and_then_after_a_wait()
    {
        await Start("exit 7");
        await In(InstancePhase.Failed, 0);

        var failed = await Row(0);
        Assert.Equal((3, 3, 7, "exited with status 7"), (failed.Attempt, failed.Crashes, failed.ExitCode, failed.LastEnd));
        Assert.InRange(failed.WakeAt!.Value - failed.Since, TimeSpan.FromSeconds(22.5), TimeSpan.FromSeconds(30));
        var writes = world.Silo.Fate.Count("write instance");
        await world.Let(TimeSpan.FromSeconds(15));
        Assert.Equal(writes, world.Silo.Fate.Count("write instance"));
        Assert.Equal(3, world.Engine.Starts.Count);

        world.Jump(TimeSpan.FromSeconds(16));
        await world.Until(() => world.Engine.Starts.Count == 4, "the run after the wait");
        await world.Until(async () => await Row(0) is { Phase: InstancePhase.Failed, Crashes: 4 }, "its crash");
        Assert.Contains("crash 4; it runs again in", (await Row(0)).Story.Entries[^1].Text, StringComparison.Ordinal);
        await world.NothingLeft();
    }

    [Fact]
    public async Task Scaling_adds_and_takes_away_instances_and_leaves_the_others_alone()
    {
        await Start("wait", instances: 2);
        await Up(0, 1);

        await App.ChangeProcess("web", new ProcessChange(Instances: 3));
        await Up(0, 1, 2);
        await App.ChangeProcess("web", new ProcessChange(Instances: 1));
        await In(InstancePhase.Stopped, 1, 2);

        Assert.Equal((InstancePhase.Running, 1), (await Row(0) is var row ? row.Phase : default, row.Attempt));
        Assert.Equal(3, world.Engine.Starts.Count);
        await App.ChangeProcess("web", new ProcessChange(Instances: 2));
        await Up(0, 1);
        Assert.Equal(2, (await Row(1)).Attempt);
        await world.Until(async () => (await App.Get())!.WakeAt is null, "the word of all");
        Assert.Equal(2, (await App.Get())!.Processes["web"].Slots);
    }

    [Fact]
    public async Task A_restart_takes_what_is_current_and_one_instance_can_be_restarted_alone()
    {
        await Start("wait", instances: 2);
        await Up(0, 1);
        await App.ChangeProcess("web", new ProcessChange(MemoryMb: 32));
        Assert.Equal(64, (await Row(0)).Spec!.MemoryMb);

        await App.Restart();
        await world.Until(async () => (await Rows()).All(row => row is { UpSince: not null, Attempt: 2, Spec.MemoryMb: 32 }), "the second run of both");
        Assert.Equal(RefusalReason.InstanceNotFound, (await App.RestartInstance("web", 2)).Refusal!.Reason);
        Assert.Null((await App.RestartInstance("web", 1)).Refusal);

        await world.Until(async () => await Row(1) is { UpSince: not null, Attempt: 3 }, "the third run of one");
        Assert.Equal(2, (await Row(0)).Attempt);
        Assert.Empty(world.Log.Errors);
    }

    /// <summary>Each point of a run. Whatever dies, the instance comes up, and no number is started twice.</summary>
    [Theory]
    [InlineData("write app", true)]
    [InlineData("write instance", false)]
    [InlineData("write instance", true)]
    [InlineData("note StartOrdered", false)]
    [InlineData("note StartOrdered", true)]
    [InlineData("Start", true)]
    [InlineData("Wait", false)]
    public async Task A_silo_killed_at_any_point_leaves_an_instance_that_comes_up_by_itself(string call, bool after)
    {
        await App.ChangeProcess("web", Process("wait", 1));
        world.Silo.Fate.DieAt(call, after);
        _ = App.Desire(DesiredState.Started); // Its answer may die with the silo.

        await world.Until(() => world.Silo.Fate.Died.IsCompleted, $"the death at {call}");
        await world.Restart();

        await Up(0);
        Assert.Equal(world.Engine.Starts.Distinct(), world.Engine.Starts);
        await world.Until(() => world.Engine.Containers.Count == 1, "one container");
        Assert.Empty(world.Log.Errors);
    }

    [Fact]
    public async Task What_is_up_goes_on_in_the_same_container_under_another_silo_and_its_end_there_is_a_crash()
    {
        await Start("wait", instances: 2);
        await Up(0, 1);
        var before = await Row(0);

        await world.Restart();
        await world.Until(() => world.Silo.Agent.Ledger.Entries.Count == 2, "the adoption");
        Assert.Equal((before.Attempt, before.UpSince), (await Row(0) is var row ? row.Attempt : 0, row.UpSince));
        world.Engine.Finish(before.Key, 1);

        await world.Until(async () => await Row(0) is { Attempt: 2, Crashes: 1, UpSince: not null }, "the next run");
        Assert.Equal(1, (await Row(1)).Attempt);
        Assert.Equal(3, world.Engine.Starts.Count);
    }

    [Fact]
    public async Task What_the_infrastructure_lost_runs_again_at_once_and_is_no_crash()
    {
        await Start("wait", instances: 2);
        await Up(0, 1);

        world.Engine.Wipe();
        await world.Restart();

        await world.Until(async () => (await Rows()).All(row => row is { Attempt: 2, UpSince: not null }), "the second run of both");
        Assert.All(await Rows(), row => Assert.Equal((0, 1), (row.Crashes, row.Counters.Losses)));
    }

    [Fact]
    public async Task An_app_grain_that_dies_before_it_told_its_instances_tells_them_when_it_is_found()
    {
        await App.ChangeProcess("web", Process("wait", 2));
        world.Silo.Calls.Lose("IInstanceGrain.Order");
        await App.Desire(DesiredState.Started);
        await world.Let(TimeSpan.FromSeconds(1));
        Assert.Empty(world.Engine.Starts);
        await world.Silo.Deactivate(App);

        world.Silo.Calls.LoseNoMore("IInstanceGrain.Order");

        await Up(0, 1);
        await world.Until(async () => (await App.Get())!.WakeAt is null, "the word of all");
    }

    [Fact]
    public async Task An_instance_waits_for_room_like_a_task_and_says_why_and_a_task_cannot_have_its_guid()
    {
        var task = await world.Running("wait", submission => submission with { MemoryMb = 256 });
        await Start("wait");
        await In(InstancePhase.Pending, 0);
        var instance = await Row(0);

        await world.Until(async () => await world.Placement.Why(instance.Work) == "cell-1 has 0 MB of 256 MB memory free", "the reason");
        await App.Desire(DesiredState.Stopped);
        await In(InstancePhase.Stopped, 0);
        await world.Until(async () => await world.Placement.Why(instance.Work) is null, "its leave of the queue");
        await App.Desire(DesiredState.Started);
        await In(InstancePhase.Pending, 0);
        world.Engine.Finish(World.Attempt(task));

        await Up(0);
        var answer = await world.Grain(new Core.Tasks.TaskId(instance.Work)).Submit(world.App, new Core.Tasks.TaskSubmission { Command = "true" });
        Assert.Equal("Task guid must not be of version 14 or 15: such guids are those of builds and instances", answer.Refusal!.Detail);
    }

    [Fact]
    public async Task What_runs_is_measured_when_somebody_asks_and_at_most_once_a_second()
    {
        await Start("wait", instances: 2);
        await Up(0, 1);
        AttemptKey[] attempts = [(await Row(0)).Key, (await Row(1)).Key];
        Assert.Equal(0, world.Silo.Fate.Count("Usage"));

        var first = await Measured([.. attempts, new AttemptKey(Guid.NewGuid(), 1)]);
        var again = await Measured(attempts);
        Assert.Equal(attempts.ToHashSet(), first.Select(each => each.Attempt).ToHashSet());
        Assert.Equal(first.ToHashSet(), again.ToHashSet());
        Assert.Equal(2, world.Silo.Fate.Count("Usage"));

        await world.Let(TimeSpan.FromSeconds(2));
        Assert.All(await Measured(attempts), each => Assert.Equal((0.5, 16L << 20, 16L << 20), (Math.Round(each.Cores, 3), each.MemoryBytes, each.DiskBytes)));

        world.Engine.GoAway(Departure.CutOff);
        await world.Let(TimeSpan.FromSeconds(2));
        Assert.Empty(await Measured(attempts));
        world.Engine.ComeBack(sameProcess: true, liveRestore: true);
        Assert.Equal(2, (await Measured(attempts)).Length);
    }

    private Task<ImmutableArray<AttemptUsage>> Measured(params IEnumerable<AttemptKey> attempts) => world.Silo.Grains.GetGrain<ICellGrain>(Keys.Cell(A.Cell1)).Usage([.. attempts]);

    private static ProcessChange Process(string command, int instances) => new(instances, 64, 64, null, true, command);

    private async Task Start(string command, int instances = 1)
    {
        Assert.Null((await App.ChangeProcess("web", Process(command, instances))).Refusal);
        Assert.Null((await App.Desire(DesiredState.Started)).Refusal);
    }

    /// <summary>The committed row, past the grain.</summary>
    private async Task<InstanceState> Row(int index) => await Find(index) ?? throw new InvalidOperationException($"There is no row of instance {index}.");

    private async Task<InstanceState?> Find(int index) =>
        await world.Silo.Services.GetRequiredService<WorkRows>().Find(InstanceId.Of(new ProcessKey(world.App, "web"), index).Value, CancellationToken.None) as InstanceState;

    private async Task<IReadOnlyList<InstanceState>> Rows() =>
        (await world.Silo.Services.GetRequiredService<IRows<InstanceState>>().Page(new RowQuery { Apps = [world.App.Value] }, CancellationToken.None)).Items;

    private Task Up(params int[] indices) => Each(indices, row => row is { Phase: InstancePhase.Running, UpSince: not null }, "up");

    private Task In(InstancePhase phase, params int[] indices) => Each(indices, row => row.Phase == phase, phase.ToString());

    private async Task Each(int[] indices, Func<InstanceState, bool> holds, string what)
    {
        foreach (var index in indices)
        {
            await world.Until(async () => await Find(index) is { } row && holds(row), $"instance {index} being {what}");
        }
    }

    /// <summary>What instances wrote: without what is said of the app's staging.</summary>
    private async Task<IEnumerable<string>> Log()
    {
        var lines = await world.Silo.Services.GetRequiredService<Granary.Silo.Storage.Logs.LogStore>().Read(new LogQuery(world.App), CancellationToken.None);
        return lines.Where(line => line.Source != "STG").Select(line => $"{line.Source} {System.Text.Encoding.UTF8.GetString(line.Text.Span)}").Order(StringComparer.Ordinal);
    }
}
