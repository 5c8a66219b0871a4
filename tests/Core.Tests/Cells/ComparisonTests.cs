using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Tasks;
using Granary.Testing;

namespace Granary.Core.Tests.Cells;

public sealed class ComparisonTests
{
    private static readonly TimeSpan OrphanAge = TimeSpan.FromMinutes(10);
    private static readonly CellId Elsewhere = new("cell-2");

    [Theory]
    [InlineData(TaskPhase.Pending, Finding.Discard)]
    [InlineData(TaskPhase.Running, Finding.Adopt)]
    [InlineData(TaskPhase.Canceling, Finding.Adopt)]
    [InlineData(TaskPhase.Succeeded, Finding.Discard)]
    [InlineData(TaskPhase.Failed, Finding.Discard)]
    public void The_attempt_that_the_row_names_is_adopted_while_the_row_holds_this_cell(TaskPhase phase, Finding finding) =>
        Assert.Equal(finding, Find(2, A.TaskIn(phase)));

    [Theory]
    [InlineData(TaskPhase.Pending)]
    [InlineData(TaskPhase.Running)]
    [InlineData(TaskPhase.Succeeded)]
    public void A_lower_attempt_is_discarded(TaskPhase phase) => Assert.Equal(Finding.Discard, Find(1, A.TaskIn(phase)));

    [Fact]
    public void An_attempt_that_the_row_gives_to_another_cell_is_discarded() => Assert.Equal(Finding.Discard, Find(2, A.RunningTask(2), Elsewhere));

    [Fact]
    public void What_no_row_knows_is_left_alone_until_the_orphan_age()
    {
        Assert.Equal(Finding.Leave, Find(3, A.RunningTask(2)));
        Assert.Equal(Finding.Leave, Find(1, null));
        Assert.Equal(Finding.Discard, Find(3, A.RunningTask(2), unknownFor: OrphanAge));
        Assert.Equal(Finding.Discard, Find(1, null, unknownFor: OrphanAge));
    }

    [Fact]
    public void Nothing_is_discarded_while_the_cluster_is_on_hold_after_a_restore()
    {
        Assert.Equal(Finding.Leave, Find(1, null, unknownFor: OrphanAge, isOnHold: true));
        Assert.Equal(Finding.Leave, Find(3, A.RunningTask(2), unknownFor: OrphanAge, isOnHold: true));
        Assert.Equal(Finding.Leave, Find(1, A.RunningTask(2), isOnHold: true));
        Assert.Equal(Finding.Adopt, Find(2, A.RunningTask(2), isOnHold: true));
    }

    private static Finding Find(int attempt, TaskState? row, CellId? cell = null, TimeSpan unknownFor = default, bool isOnHold = false) =>
        Comparison.Of(new AttemptKey(A.TaskId().Value, attempt), cell ?? A.Cell1, row, unknownFor, OrphanAge, isOnHold);
}
