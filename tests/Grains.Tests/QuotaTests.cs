using Granary.Core;
using Granary.Core.Apps;
using Granary.Core.Quotas;
using Granary.Core.Tasks;
using Granary.Grains.Contracts;
using Granary.Grains.Ports;
using Granary.Grains.Tests.Worlds;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Grains.Tests;

/// <summary>What quotas limit, over the real storage: by tasks that are submitted at once, and by silos that die in the midst of it.</summary>
public sealed class QuotaTests : IAsyncLifetime
{
    private World world = null!;

    private IQuotas Quotas => world.Silo.Services.GetRequiredService<IQuotas>();

    public async Task InitializeAsync() => world = await World.Begin(memoryMb: 4096);

    public async Task DisposeAsync() => await world.DisposeAsync();

    [Fact]
    public async Task Where_nothing_is_limited_nothing_is_written_for_it()
    {
        await world.Submit("true");
        await Limit(new QuotaLimits(TotalMemoryMb: 1000));
        await world.Submit("true");

        Assert.Equal(1, world.Silo.Fate.Count("write tally"));
    }

    [Fact]
    public async Task Of_twenty_submits_at_once_as_many_are_taken_as_the_limit_has_room_for()
    {
        await Limit(new QuotaLimits(Tasks: 3));

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Submit(new TaskId(Guid.NewGuid()), "wait")));

        Assert.Equal(3, answers.Count(each => each.Refusal is null));
        Assert.All(answers.Where(each => each.Refusal is not null), each => Assert.Equal("Invalid: app_task_limit quota exceeded", each.Refusal!.ToString()));
        Assert.Equal([1, 2, 3], answers.Where(each => each.Value is not null).Select(each => each.Value!.SequenceId).Order());
    }

    [Fact]
    public async Task A_task_that_has_ended_or_is_being_cancelled_leaves_its_share_to_the_next_at_once()
    {
        await Limit(new QuotaLimits(TotalMemoryMb: 100));
        var ended = new TaskId(Guid.NewGuid());
        await Submit(ended, "true");
        await world.Ended(ended);
        var canceled = new TaskId(Guid.NewGuid());
        await Submit(canceled, "wait");
        await world.Started(canceled);
        Assert.Equal("memory_in_mb exceeds organization memory quota", (await Submit(new TaskId(Guid.NewGuid()), "true")).Refusal?.Detail);

        await world.Grain(canceled).Cancel();

        Assert.Null((await Submit(new TaskId(Guid.NewGuid()), "true")).Refusal);
    }

    [Theory]
    [InlineData("write tally", false)]
    [InlineData("write tally", true)]
    [InlineData("write app", true)]
    [InlineData("write task", false)]
    [InlineData("write task", true)]
    public async Task A_submit_whose_silo_dies_is_repeated_and_counts_once(string call, bool after)
    {
        await Limit(new QuotaLimits(Tasks: 1));
        var task = new TaskId(Guid.NewGuid());
        world.Silo.Fate.DieAt(call, after);
        var lost = Submit(task, "wait");
        await world.Silo.Fate.Died;
        await world.Restart();
        await Assert.ThrowsAnyAsync<Exception>(() => lost);

        var again = await Submit(task, "wait");
        var other = await Submit(new TaskId(Guid.NewGuid()), "wait");

        Assert.Null(again.Refusal);
        Assert.Equal("app_task_limit quota exceeded", other.Refusal?.Detail);
    }

    [Fact]
    public async Task A_claim_whose_task_never_came_to_be_is_swept()
    {
        await Limit(new QuotaLimits(Tasks: 1));
        world.Silo.Fate.DieAt("write task", after: false);
        var lost = Submit(new TaskId(Guid.NewGuid()), "wait");
        await world.Silo.Fate.Died;
        await world.Restart();
        await Assert.ThrowsAnyAsync<Exception>(() => lost);
        Assert.NotNull((await Submit(new TaskId(Guid.NewGuid()), "true")).Refusal); // It may still be on its way.

        world.Jump(TallyMachine.PromiseMax);

        Assert.Null((await Submit(new TaskId(Guid.NewGuid()), "true")).Refusal);
    }

    [Fact]
    public async Task A_failed_write_of_the_tally_is_no_share_and_no_loss()
    {
        await Limit(new QuotaLimits(Tasks: 1));
        var task = new TaskId(Guid.NewGuid());
        world.Silo.Fate.Fail("write tally", afterEffect: true);
        await Assert.ThrowsAnyAsync<Exception>(() => Submit(task, "wait"));

        Assert.NotNull((await Submit(new TaskId(Guid.NewGuid()), "wait")).Refusal);
        Assert.Null((await Submit(task, "wait")).Refusal);
    }

    [Fact]
    public async Task Apps_start_and_grow_within_the_quotas_and_what_ran_before_counts()
    {
        var app = world.Silo.Grains.GetGrain<IAppGrain>(Keys.App(world.App));
        await world.Running("wait"); // 64 MB, before anything is limited.
        await app.ChangeProcess("web", new ProcessChange(Instances: 2, MemoryMb: 100, ChangesCommand: true, Command: "wait"));
        await Limit(new QuotaLimits(TotalMemoryMb: 264, Instances: 2, ProcessMemoryMb: 100));

        var started = await app.Desire(DesiredState.Started);
        var scaled = await app.ChangeProcess("web", new ProcessChange(Instances: 3));
        var larger = await app.ChangeProcess("web", new ProcessChange(MemoryMb: 101));
        var task = await Submit(new TaskId(Guid.NewGuid()), "true");
        world.Jump(TimeSpan.FromSeconds(1));
        var fewer = await app.ChangeProcess("web", new ProcessChange(Instances: 1));
        var fits = await Submit(new TaskId(Guid.NewGuid()), "true");

        Assert.Equal((null, null, null), (started.Refusal, fewer.Refusal, fits.Refusal));
        Assert.Equal("memory quota_exceeded, app_instance_limit app_instance_limit_exceeded", scaled.Refusal?.Detail);
        Assert.Equal("memory quota_exceeded, memory instance_memory_limit_exceeded", larger.Refusal?.Detail);
        Assert.Equal("memory_in_mb exceeds organization memory quota", task.Refusal?.Detail);
        Assert.Equal(1, AppProcesses.Wanted((await app.Get())!)["web"]);
    }

    [Fact]
    public async Task A_quota_of_the_space_counts_that_space_alone()
    {
        var now = world.Clock.GetUtcNow();
        var quota = new Quota(Guid.NewGuid(), Home.Organization, "small", new QuotaTerms(new QuotaLimits(Tasks: 1)), now, now);
        Assert.Equal(DirectoryOutcome.Done, await Quotas.Add(quota, [Home.Space], default));
        await Limit(new QuotaLimits(Tasks: 2));

        Assert.Null((await Submit(new TaskId(Guid.NewGuid()), "wait")).Refusal);
        Assert.Equal("app_task_limit quota exceeded", (await Submit(new TaskId(Guid.NewGuid()), "wait")).Refusal?.Detail);
        Assert.Equal(DirectoryOutcome.Done, await Quotas.Unapply(quota, Home.Space, default));
        Assert.Null((await Submit(new TaskId(Guid.NewGuid()), "wait")).Refusal);
        Assert.NotNull((await Submit(new TaskId(Guid.NewGuid()), "wait")).Refusal);
    }

    private async Task Limit(QuotaLimits limits) =>
        Assert.Equal(DirectoryOutcome.Done, await Quotas.Change((await Quotas.Find(Quota.Default, default))! with { Terms = new QuotaTerms(limits) }, default));

    private Task<Answer<TaskState>> Submit(TaskId task, string command) =>
        world.Grain(task).Submit(world.App, new TaskSubmission { Command = command, MemoryMb = 64, DiskMb = 64, LogBytesPerSecond = 1000 });
}
