using Granary.Core.Audit;
using Granary.Core.Tasks;
using Granary.Grains.Contracts;
using Granary.Grains.Ports;
using Granary.Grains.Tests.Worlds;

namespace Granary.Grains.Tests;

/// <summary>What somebody asked for is in the audit exactly when it is done.</summary>
public sealed class AuditTests : IAsyncLifetime
{
    private readonly Requester ann = new(Guid.NewGuid(), new Actor("u-1", "user", "ann"));
    private World world = null!;

    public async Task InitializeAsync() => world = await World.Begin();

    public async Task DisposeAsync() => await world.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_submit_that_is_tried_again_is_told_once(bool wasWritten)
    {
        world.Silo.Fate.Fail("write task", wasWritten);
        var task = new TaskId(Guid.NewGuid());
        var submission = new TaskSubmission { Command = "true", MemoryMb = 64, DiskMb = 64 };
        Asking.By(ann);

        await Assert.ThrowsAnyAsync<Exception>(() => world.Grain(task).Submit(world.App, submission));
        Assert.Equal(wasWritten ? ["audit.app.task.create ann"] : [], await Events());
        await world.Grain(task).Submit(world.App, submission);

        Assert.Equal(["audit.app.task.create ann"], await Events());
        await world.Ended(task);
    }

    [Fact]
    public async Task A_silo_that_dies_before_it_answers_has_told_what_it_did()
    {
        var task = await world.Running("wait");
        world.Silo.Fate.Fail("write task", afterEffect: true);
        Asking.By(ann);
        await Assert.ThrowsAnyAsync<Exception>(() => world.Grain(task).Cancel());

        await world.Restart();

        Assert.Equal(["audit.app.task.cancel ann"], await Events());
        await world.Ended(task);
    }

    [Fact]
    public async Task Each_request_is_told_also_where_it_changes_nothing_and_none_that_was_refused()
    {
        var task = await world.Running("wait ignoring TERM");
        Asking.By(ann);
        await world.Grain(task).Cancel();
        await world.Grain(task).Cancel();
        Asking.By(new Requester(Guid.NewGuid(), new Actor("u-2", "user", "bob")));
        await world.Grain(task).Cancel();
        await world.Ended(task);
        Asking.By(new Requester(Guid.NewGuid(), new Actor("u-3", "user", "cid")));
        Assert.NotNull((await world.Grain(task).Cancel()).Refusal);

        Assert.Equal(["audit.app.task.cancel ann", "audit.app.task.cancel bob"], await Events());
    }

    [Fact]
    public async Task What_nobody_asked_for_is_not_told()
    {
        await world.Ended(await world.Submit("true"));

        Assert.Empty(await Events());
    }

    private async Task<string[]> Events() => [.. (await world.Silo.Grains.GetGrain<IListingGrain>(0).Events(new RowQuery { Apps = [world.App.Value] })).Items.Select(each => $"{each.Type} {each.Actor.Name}").Order(StringComparer.Ordinal)];
}
