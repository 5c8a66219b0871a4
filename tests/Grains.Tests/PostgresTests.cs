using Granary.Core.Quotas;
using Granary.Core.Tasks;
using Granary.Grains.Ports;
using Granary.Grains.Tests.Worlds;
using Granary.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Grains.Tests;

/// <summary>The same grains over PostgreSQL, and over a server that is really stopped.</summary>
public sealed class PostgresTests : IAsyncLifetime
{
    private readonly PrivatePostgres server = new();
    private World world = null!;

    public async Task InitializeAsync()
    {
        await server.InitializeAsync();
        world = await World.Begin(await server.CreateDatabase());
    }

    public async Task DisposeAsync()
    {
        await world.DisposeAsync();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task Tasks_start_in_order_end_and_survive_a_kill_of_their_silo()
    {
        var first = await world.Running("wait", submission => submission with { MemoryMb = 256 });
        var tasks = new List<TaskId>();
        for (var number = 0; number < 50; number++)
        {
            tasks.Add(await world.Submit(number == 7 ? "exit 3" : "true"));
        }

        await world.Restart();
        world.Engine.Finish(World.Attempt(first), 5);
        await world.Until(() => world.Engine.Removes.Count == 51, "the end of all tasks");

        Assert.Equal(5, (await world.Ended(first)).ExitCode);
        Assert.Equal(3, (await world.Ended(tasks[7])).ExitCode);
        Assert.Equal([first, .. tasks], world.Engine.Starts.Select(each => new TaskId(each.Work)));
        await world.NothingLeft();
        Assert.Empty(world.Log.Errors);
    }

    [Fact]
    public async Task Of_submits_at_once_as_many_are_taken_as_the_quota_has_room_for_and_what_runs_before_counts()
    {
        await world.Running("wait");
        var quotas = world.Silo.Services.GetRequiredService<IQuotas>();
        await quotas.Change((await quotas.Find(Quota.Default, default))! with { Terms = new QuotaTerms(new QuotaLimits(Tasks: 3)) }, default);

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => world.Grain(new TaskId(Guid.NewGuid())).Submit(world.App, new TaskSubmission { Command = "wait", MemoryMb = 64, DiskMb = 64 })));
        await world.Restart();

        Assert.Equal(2, answers.Count(each => each.Refusal is null));
        Assert.NotNull((await world.Grain(new TaskId(Guid.NewGuid())).Submit(world.App, new TaskSubmission { Command = "wait", MemoryMb = 64, DiskMb = 64 })).Refusal);
    }

    [Fact]
    public async Task A_server_that_stops_and_starts_loses_no_report()
    {
        var task = await world.Running("print one; wait");
        await server.Down();
        world.Engine.Finish(World.Attempt(task), 4);
        await world.Let(TimeSpan.FromSeconds(5));

        await server.Up();
        var ended = await world.Ended(task);

        Assert.Equal((4, 1), (ended.ExitCode, ended.Attempt));
        Assert.Equal(["one", "Exit status 4"], await world.LogOf(task));
        await world.NothingLeft();
    }
}
