using Granary.Core.Apps;
using Granary.Core.Cells;
using Granary.Core.Instances;
using Granary.Grains.Contracts;
using Granary.Grains.Tests.Worlds;
using Granary.Silo.Storage.Rows;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Grains.Tests;

/// <summary>An instance on a cell that is drained is up in its other lane before it is stopped, whatever dies meanwhile.</summary>
public sealed class HandOverTests : IAsyncLifetime
{
    private World world = null!;

    private IAppGrain App => world.Silo.Grains.GetGrain<IAppGrain>(Keys.App(world.App));

    private IDrainGrain Drain => world.Silo.Grains.GetGrain<IDrainGrain>(Keys.Drain(new CellId("cell-1")));

    public async Task InitializeAsync() => world = await World.Begin();

    public async Task DisposeAsync() => await world.DisposeAsync();

    [Fact]
    public async Task On_a_cell_that_is_drained_it_runs_on_until_its_relief_is_up()
    {
        await Start(2);

        await Drain.Drain(TimeSpan.FromMinutes(10), "its disk is replaced");
        await world.Until(async () => await Relief(0) is { IsWaiting: true } && await Relief(1) is { IsWaiting: true }, "both reliefs");
        await world.Let(TimeSpan.FromSeconds(30));
        Assert.Equal("cell-1 takes nothing: it is draining", await world.Placement.Why((await Relief(0))!.Work));
        Assert.Empty(world.Engine.Stops);
        Assert.Equal("RUNNING: cell-1 is drained: its disk is replaced: it is started elsewhere before it is stopped on cell-1", (await Row(0)).Story.Entries[^1].Text);

        // A relief makes way only once it counts; until then it is asked again.
        Assert.False(await world.Silo.Grains.GetGrain<IInstanceGrain>(Keys.Instance((await Relief(0))!.Id)).MakeWay((await Relief(0))!.Attempt, "cell-1 is drained"));

        // There is no other cell in this world: it takes again.
        await Drain.Uncordon();
        await world.Until(async () => await Relief(0) is { UpSince: not null, Part: Part.None } && await Relief(1) is { UpSince: not null, Part: Part.None }, "both reliefs up");
        await Rest(0);
        await Rest(1);

        Assert.Equal((2, 2), ((await Relief(0))!.Attempt, (await Relief(1))!.Attempt));
        Assert.Equal(4, world.Engine.Starts.Count);
        Assert.Equal(2, world.Engine.Stops.Count);
        await world.Until(async () => (await App.Get()) is { WakeAt: null } app && app.Processes["web"].Lanes.Values.All(each => each is { Current: 1, IsRelieved: false, Leaves: false }), "the word of all");
        Assert.Null((await App.RestartInstance("web", 0)).Refusal);
        await world.Until(async () => await Relief(0) is { Attempt: 3, UpSince: not null }, "the restart of the one that counts");
        Assert.Empty(world.Log.Errors);
    }

    [Fact]
    public async Task At_the_deadline_of_a_drain_only_the_relief_waits_on()
    {
        await Start(1);

        await Drain.Drain(TimeSpan.FromSeconds(20), "its disk is replaced");
        await Rest(0);
        await world.Until(async () => (await Drain.Get()).Phase == DrainPhase.Drained, "the end of the drain");

        Assert.EndsWith("the deadline passed: its disk is replaced; its relief takes over", (await Row(0)).Story.Entries[^1].Text, StringComparison.Ordinal);
        await world.Until(async () => (await App.Get())!.Processes["web"].LanesOf(0) is { Current: 1, IsRelieved: false }, "the hand-over");
        await Drain.Uncordon();
        await world.Until(async () => await Relief(0) is { Attempt: 2, UpSince: not null }, "the relief");
        await world.Let(TimeSpan.FromSeconds(60));
        Assert.Equal(InstancePhase.Stopped, (await Row(0)).Phase);
        Assert.Equal(2, world.Engine.Starts.Count);
    }

    /// <summary>Each point of a hand-over. Whatever dies, one of the two lanes is up in the end, and the other rests.</summary>
    [Theory]
    [InlineData("write instance", false)]
    [InlineData("write instance", true)]
    [InlineData("write app", false)]
    [InlineData("write app", true)]
    [InlineData("note StartOrdered", true)]
    [InlineData("Stop", true)]
    public async Task A_silo_killed_at_any_point_of_a_hand_over_leaves_one_that_is_up(string call, bool after)
    {
        await Start(1);
        await world.Until(async () => (await App.Get())!.WakeAt is null, "the word of all");
        world.Silo.Fate.DieAt(call, after);
        _ = Drain.Drain(TimeSpan.FromMinutes(10), "its disk is replaced"); // Its answer may die with the silo.
        if (call is not ("write instance" or "write app"))
        {
            await world.Until(async () => await Relief(0) is { IsWaiting: true }, "the relief");
            _ = Drain.Uncordon();
        }

        await world.Until(() => world.Silo.Fate.Died.IsCompleted, $"the death at {call}");
        await world.Restart();
        await world.Until(async () => await Relief(0) is not null, "the relief");
        await Drain.Uncordon();

        await world.Until(async () => await Relief(0) is { UpSince: not null, Part: Part.None } && (await Row(0)).Phase == InstancePhase.Stopped, "the hand-over");
        Assert.Equal(world.Engine.Starts.Distinct(), world.Engine.Starts);
        Assert.Equal(2, world.Engine.Starts.Count);
    }

    private async Task Start(int instances)
    {
        Assert.Null((await App.ChangeProcess("web", new ProcessChange(instances, 64, 64, null, true, "wait"))).Refusal);
        Assert.Null((await App.Desire(DesiredState.Started)).Refusal);
        for (var index = 0; index < instances; index++)
        {
            await world.Until(async () => await Find(index, lane: 0) is { UpSince: not null }, $"instance {index} being up");
        }
    }

    private Task Rest(int index) => world.Until(async () => (await Row(index)).Phase == InstancePhase.Stopped, $"instance {index} being stopped");

    /// <summary>The committed row of the first lane, past the grain.</summary>
    private async Task<InstanceState> Row(int index) => await Find(index, lane: 0) ?? throw new InvalidOperationException($"There is no row of instance {index}.");

    private Task<InstanceState?> Relief(int index) => Find(index, lane: 1);

    private async Task<InstanceState?> Find(int index, int lane) =>
        await world.Silo.Services.GetRequiredService<WorkRows>().Find(InstanceId.Of(new ProcessKey(world.App, "web"), index, lane).Value, CancellationToken.None) as InstanceState;
}
