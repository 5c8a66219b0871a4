using Granary.Core.Attempts;
using Granary.Silo.Wardens;

namespace Granary.Warden.Tests;

[Collection(nameof(Cage))]
public class CellGroupTests
{
    [Theory]
    [InlineData(GroupKind.Freezer)]
    [InlineData(GroupKind.Unified)]
    public async Task What_is_frozen_stands_still_is_named_and_goes_on_when_thawed(GroupKind kind)
    {
        await using var cage = new Cage(kind);
        var (one, two) = (Cage.NewAttempt(), Cage.NewAttempt(7));
        await cage.StartCounting(one, "c1");
        await cage.StartCounting(two, "c2");

        await cage.Group.Freeze(default);
        await cage.Group.Freeze(default);
        var counts = (cage.Count("c1"), cage.Count("c2"));
        using var free = await Cage.StartFree("i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done");
        await free.WaitForExitAsync(); // Time goes on elsewhere.

        Assert.Equal(counts, (cage.Count("c1"), cage.Count("c2")));
        Assert.True(cage.Group.IsFrozen);
        Assert.False(cage.Group.IsEmpty);
        Assert.Equal(Sorted([one, two]), Sorted(cage.Group.Attempts()));
        cage.Group.Thaw();
        Assert.False(cage.Group.IsFrozen);
        await cage.Counts("c1");
        await cage.Counts("c2");
    }

    [Theory]
    [InlineData(GroupKind.Freezer)]
    [InlineData(GroupKind.Unified)]
    public async Task A_kill_ends_the_noted_while_the_others_stay_frozen_and_are_named(GroupKind kind)
    {
        await using var cage = new Cage(kind);
        var (noted, other) = (Cage.NewAttempt(), Cage.NewAttempt());
        var condemned = await cage.StartCounting(noted, "c1");
        var spared = await cage.StartCounting(other, "c2");
        await cage.Group.Freeze(default);

        var left = cage.Group.Kill([noted]);

        Assert.Equal(other, Assert.Single(left));
        await condemned.WaitForExitAsync();
        Assert.Equal(137, condemned.ExitCode);
        Assert.True(cage.Group.IsFrozen);
        Assert.Equal(other, Assert.Single(cage.Group.Attempts()));
        Assert.False(spared.HasExited);
        await cage.KillAll();
        Assert.True(cage.Group.IsEmpty);
        Assert.True(cage.Group.IsFrozen);
    }

    [Theory]
    [InlineData(GroupKind.Freezer)]
    [InlineData(GroupKind.Unified)]
    public async Task What_holds_no_attempt_is_killed_without_a_note(GroupKind kind)
    {
        await using var cage = new Cage(kind);
        var starting = await cage.StartCounting(null, "c1");
        await cage.Group.Freeze(default);

        Assert.Empty(cage.Group.Attempts());
        await cage.KillAll();

        await starting.WaitForExitAsync();
        Assert.True(cage.Group.IsEmpty);
    }

    [Theory]
    [InlineData(GroupKind.Freezer)]
    [InlineData(GroupKind.Unified)]
    public async Task What_joins_the_frozen_group_never_runs(GroupKind kind)
    {
        await using var cage = new Cage(kind);
        await cage.Group.Freeze(default);

        var late = Cage.NewAttempt();
        var process = await cage.Start(late, "touch ran");
        var left = cage.Group.Kill([]);

        // The shell that joined is stopped within its write: it has the environment, and so an attempt.
        Assert.Equal(late, Assert.Single(left));
        await cage.KillAll();
        await process.WaitForExitAsync();
        cage.Group.Thaw();
        Assert.False(File.Exists(Path.Combine(cage.Scratch, "ran")));
    }

    [Theory]
    [InlineData(GroupKind.Freezer)]
    [InlineData(GroupKind.Unified)]
    public async Task A_group_below_a_containers_belongs_to_it(GroupKind kind)
    {
        await using var cage = new Cage(kind);
        var attempt = Cage.NewAttempt();
        var init = await cage.StartCounting(attempt, "c1");
        var nested = await cage.Start(null, "while :; do :; done", "c1/nested/deeper");
        await cage.Group.Freeze(default);

        Assert.Equal(attempt, Assert.Single(cage.Group.Attempts()));
        Assert.Equal(attempt, Assert.Single(cage.Group.Kill([])));
        Assert.False(nested.HasExited);
        await cage.KillAll();

        await init.WaitForExitAsync();
        await nested.WaitForExitAsync();
    }

    [Theory]
    [InlineData(GroupKind.Freezer)]
    [InlineData(GroupKind.Unified)]
    public async Task Whose_a_container_is_says_its_init_process_and_not_what_that_started(GroupKind kind)
    {
        await using var cage = new Cage(kind);
        var attempt = Cage.NewAttempt(5);
        await cage.Start(
            attempt with { Number = 4 },
            "exec unshare --pid --fork env GRANARY_TASK_ATTEMPT=5 sh -c 'GRANARY_TASK_ATTEMPT=6 sleep 1000 & touch runs; wait'");
        await Until.True(() => File.Exists(Path.Combine(cage.Scratch, "runs")), "the init process to run");
        await cage.Group.Freeze(default);

        Assert.Equal(attempt, Assert.Single(cage.Group.Attempts()));
    }

    [Theory]
    [InlineData(GroupKind.Freezer)]
    [InlineData(GroupKind.Unified)]
    public async Task Whatever_forks_all_the_time_is_ended_at_once_as_well(GroupKind kind)
    {
        await using var cage = new Cage(kind);
        var attempt = Cage.NewAttempt();
        await cage.Start(attempt, "while :; do sleep 0.001 & : & wait $!; touch runs; done");
        await Until.True(() => File.Exists(Path.Combine(cage.Scratch, "runs")), "the forks to begin");

        await cage.Group.Freeze(default);

        await cage.KillAll();
        Assert.True(cage.Group.IsEmpty);
    }

    [Theory]
    [InlineData(GroupKind.Freezer)]
    [InlineData(GroupKind.Unified)]
    public async Task A_group_that_is_missing_is_empty_and_is_made_by_freezing(GroupKind kind)
    {
        await using var cage = new Cage(kind);

        Assert.True(cage.Group.IsEmpty);
        Assert.False(cage.Group.IsFrozen);
        Assert.Empty(cage.Group.Attempts());
        Assert.Empty(cage.Group.Kill([]));
        cage.Group.Thaw();
        Assert.False(Directory.Exists(cage.Folder));
        await cage.Group.Freeze(default);

        Assert.True(cage.Group.IsFrozen);
    }

    [Fact]
    public async Task The_grave_is_gone_once_everything_in_it_is()
    {
        await using var cage = new Cage(GroupKind.Freezer);
        var attempt = Cage.NewAttempt();
        await cage.StartCounting(attempt);
        await cage.Group.Freeze(default);

        cage.Group.Kill([attempt]);

        Assert.False(Directory.Exists($"{cage.Folder}.grave"));
    }

    [Fact]
    public void The_group_of_a_cell_is_the_same_folder_whatever_driver_the_engine_has()
    {
        var cell = new Granary.Core.Cells.CellId("cell-1.a");

        var (plain, slice) = (CellGroup.ParentOf(cell, "/var/lib/granary/cell-1.a", "cgroupfs"), CellGroup.ParentOf(cell, "/var/lib/granary/cell-1.a", "systemd"));

        Assert.Equal("/granary.slice/granary-cell_1.a_08ab000b.slice", plain);
        Assert.Equal("granary-cell_1.a_08ab000b.slice", slice);
        Assert.Equal(plain, CellGroup.PathOf(slice));
        Assert.Equal(plain, CellGroup.PathOf(plain));
        Assert.NotEqual(plain, CellGroup.ParentOf(cell, "/var/lib/other/cell-1.a", "cgroupfs"));
    }

    private static IEnumerable<AttemptKey> Sorted(IEnumerable<AttemptKey> attempts) => attempts.OrderBy(each => each.Work);
}
