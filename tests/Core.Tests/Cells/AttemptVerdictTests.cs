using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Tasks;

namespace Granary.Core.Tests.Cells;

public sealed class AttemptVerdictTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly AttemptKey Attempt = new(Guid.Parse("11111111-1111-1111-1111-111111111111"), 2);
    private static readonly CellId Cell = new("cell-1");

    [Theory]
    [InlineData(null, true)]
    [InlineData(-1, false)]
    [InlineData(0, false)]
    [InlineData(1, true)]
    public void An_exit_is_the_commands_own_unless_a_stop_was_ordered_first(int? stopOrderedAfter, bool isBeforeStop)
    {
        var report = AttemptVerdict.OfEnd(Attempt, Cell, End(code: 3) with { StopOrderedAt = After(stopOrderedAfter) });

        Assert.Equal(new AttemptReport.Exited(2, new AttemptExit(3, false, Noon.AddMinutes(-1), Noon, isBeforeStop)), report);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(137)]
    public void What_the_engine_may_have_ended_is_lost_whatever_its_code(int code)
    {
        var report = AttemptVerdict.OfEnd(Attempt, Cell, End(code) with { Doubt = "it ended while its engine was stopping or starting" });

        Assert.Equal(new AttemptReport.Lost(2, $"its process ended with status {code}, but it ended while its engine was stopping or starting"), report);
    }

    [Theory]
    [InlineData(-1, true)]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public void What_the_warden_killed_is_lost_and_a_kill_that_came_too_late_is_none(int killedAfter, bool isLost)
    {
        var report = AttemptVerdict.OfEnd(Attempt, Cell, End(code: 137) with { KilledAt = After(killedAfter) });

        Assert.Equal(isLost, report is AttemptReport.Lost { Evidence: "its process was killed by the warden of cell-1, which had lost the lease" });
    }

    [Theory]
    [InlineData(true, true, true, "lost: cell-1 made its container, and whether it was started is not known")]
    [InlineData(true, false, true, "lost: cell-1 has no container of it any more")]
    [InlineData(true, false, false, "lost: cell-1 has no container of it any more")]
    [InlineData(false, true, true, "declined: cell-1 never told its engine to start it: the order was lost on the way")]
    [InlineData(false, false, true, "declined: cell-1 never told its engine to start it: the order was lost on the way")]
    [InlineData(false, false, false, "lost: cell-1 lost its journal and has no container of it")]
    public void Without_a_process_it_is_lost_unless_the_engine_was_provably_never_told(bool startWasOrdered, bool hasContainer, bool isJournalWhole, string expected)
    {
        var report = AttemptVerdict.WithoutProcess(Attempt, Cell, startWasOrdered, hasContainer, isJournalWhole);

        Assert.Equal(expected, report is AttemptReport.Lost lost ? $"lost: {lost.Evidence}" : $"declined: {((AttemptReport.Declined)report).Reason}");
    }

    [Fact]
    public void Beside_its_successor_ran_what_runs_yet_or_ended_by_itself_untold()
    {
        Assert.True(AttemptVerdict.MayHaveRunBeside(isRunning: true, untold: null));
        Assert.True(AttemptVerdict.MayHaveRunBeside(isRunning: false, End(code: 0)));
        Assert.True(AttemptVerdict.MayHaveRunBeside(isRunning: false, End(code: 0) with { Doubt = "it ended while its engine was stopping or starting", WasUnwatched = true }));

        Assert.False(AttemptVerdict.MayHaveRunBeside(isRunning: false, untold: null));
        Assert.False(AttemptVerdict.MayHaveRunBeside(isRunning: false, End(code: 137) with { KilledAt = Noon }));
        Assert.False(AttemptVerdict.MayHaveRunBeside(isRunning: false, End(code: 0) with { Doubt = "it ended before its engine was seen to be up" }));
    }

    [Fact]
    public void Beside_its_successor_ran_what_says_its_exit_when_the_task_has_moved_on()
    {
        var exited = AttemptVerdict.OfEnd(Attempt, Cell, End(code: 0));

        Assert.True(AttemptVerdict.MayHaveRunBeside(exited, newest: 3));
        Assert.False(AttemptVerdict.MayHaveRunBeside(exited, newest: 2));
        Assert.True(AttemptVerdict.MayHaveRunBeside(new AttemptReport.Displaced(2, "its cell is drained"), newest: 3));
        Assert.False(AttemptVerdict.MayHaveRunBeside(new AttemptReport.Lost(2, "gone"), newest: 3));
        Assert.True(AttemptVerdict.MayHaveRunBeside(AttemptVerdict.OfEnd(Attempt, Cell, End(code: 0) with { Doubt = "it ended while its engine was stopping or starting", WasUnwatched = true }), newest: 3));
    }

    [Fact]
    public void An_end_that_was_noted_and_perhaps_never_told_may_have_been_beside_what_followed_only_if_the_attempt_was_lost()
    {
        var exited = AttemptVerdict.OfEnd(Attempt, Cell, End(code: 0));

        Assert.True(AttemptVerdict.MayHaveRunBeside(exited, new TaskState { Attempt = 3, LostAttempt = 2 }));
        Assert.False(AttemptVerdict.MayHaveRunBeside(exited, new TaskState { Attempt = 3 })); // It was told: another run followed a failure.
        Assert.False(AttemptVerdict.MayHaveRunBeside(exited, new TaskState { Attempt = 2, LostAttempt = 2 })); // Nothing has followed yet.
        Assert.False(AttemptVerdict.MayHaveRunBeside(new AttemptReport.Lost(2, "gone"), new TaskState { Attempt = 3, LostAttempt = 2 }));
    }

    private static ProcessEnd End(int code) => new(code, false, Noon.AddMinutes(-1), Noon, null, null, null);

    private static DateTimeOffset? After(int? seconds) => seconds is { } some ? Noon.AddSeconds(some) : null;
}
