using System.Collections.Immutable;
using Granary.Chaos.Tests.Oracles;
using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Instances;
using Granary.Core.Stories;
using Granary.Core.Tasks;
using Granary.Testing;

namespace Granary.Chaos.Tests;

/// <summary>Each oracle is shown histories that were made up: it says nothing about one that is well, and names each violation that was planted.</summary>
public sealed class OracleTests
{
    private static readonly Guid Id = A.TaskId().Value;
    private static readonly ScriptedTask Script = new(Id, "fails", "sleep 5; exit 3", TimeSpan.Zero, 0) { Exits = [3], Lasts = TimeSpan.FromSeconds(5) };
    private static readonly TaskState Ended = A.FailedTask();

    [Fact]
    public void Nothing_is_said_about_runs_that_are_well()
    {
        Assert.Empty(Oracle.CheckAll(Of(Ended)));
        Assert.Empty(Oracle.CheckAll(Of(Moved(), [Seen(1, 0, 4), Seen(2, 9, 15)])));
        Assert.Empty(Oracle.CheckAll(Of(Cancelled(), script: Script with { CancelAfter = TimeSpan.Zero }, cancelled: true)));
    }

    [Fact]
    public void A_task_that_is_lost_has_not_ended_or_ended_twice_is_found()
    {
        Finds("ends once: task", Of(Ended) with { Final = [] });
        Finds("ends once: it has not ended", Of(A.RunningTask()));
        Finds("ends once: clients were told", Of(Ended, answers: [Told("SUCCEEDED")]));
        Finds("ends once: it was not acknowledged", Of(A.RunningTask()) with { History = new History() });
    }

    [Fact]
    public void Two_attempts_at_once_are_found_and_excused_only_where_the_documents_say_so()
    {
        Sighting[] beside = [Seen(1, 0, 12), Seen(2, 9, 15)];
        var marked = A.After(Moved(), new TaskEvent.Outlived(A.At(20), 1, A.Cell1));
        var unguarded = ImmutableArray.Create(new Unguarded("cell-1", TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(12)));

        Finds("never two at once: attempt 2 began", Of(Moved(), beside));
        Finds("never two at once: attempt 2 began", Of(marked, beside));
        Finds("never two at once: attempt 2 began", Of(Moved(), beside) with { Unguarded = unguarded });
        Finds("never two at once: attempt 2 began", Of(marked, beside) with { Unguarded = [unguarded[0] with { Cell = "cell-2" }] });
        Finds("never two at once: attempt 2 began", Of(marked, beside) with { Unguarded = unguarded, MarksExcuse = false });
        Assert.Empty(Oracle.CheckAll(Of(marked, beside) with { Unguarded = unguarded }));

        var judged = Moved("the lease of cell-1 lapsed, unconfirmed");
        Finds("never two at once: attempt 2 began", Of(judged, beside));
        Assert.Empty(Oracle.CheckAll(Of(judged, beside) with { Faults = [new Fault(FaultKind.StopDatabase, TimeSpan.Zero, TimeSpan.FromSeconds(30), 0)] }));
    }

    [Fact]
    public void A_number_that_is_used_twice_is_found() =>
        Finds("never two at once: attempt 1 of task", Of(Ended, [Seen(1, 0, 5), Seen(1, 6, 12) with { Container = new string('b', 64) }]));

    [Fact]
    public void Too_many_losses_retries_and_attempts_are_found()
    {
        Finds("within bounds: 4 losses", Of(Ended with { Counters = new AttemptCounters(Losses: 4) }));
        Finds("within bounds: 1 retries", Of(Ended with { Counters = new AttemptCounters(Failures: 1) }));
        Finds("within bounds: attempts 1, 2 were seen", Of(Ended, [Seen(1, 0, 5), Seen(2, 6, 12)]));
        Finds("within bounds: it asked never to be moved", Of(Moved(), [Seen(1, 0, 4), Seen(2, 9, 15)], Script with { FailsOnLoss = true }));
    }

    [Fact]
    public void An_outcome_that_is_not_the_commands_own_is_found()
    {
        Finds("outcome is real: it succeeded", Of(A.SucceededTask()));
        Finds("outcome is real: it is said to have exited with 3", Of(Ended, script: Script with { Exits = [4] }));
        Finds("outcome is real: what is said of its memory", Of(Ended, script: Script with { RunsOutOfMemory = true }));
        Finds("outcome is real: it failed before its 1 retries", Of(Ended, script: Script with { RetriesMax = 1 }));
        Finds("outcome is real: attempt 1 was seen for 1.0 s", Of(Ended, [Seen(1, 0, 1)]));
        Finds("outcome is real: attempt 1 was seen for 0.0 s", Of(Ended, []));
        Finds("outcome is real: nobody cancelled it", Of(Cancelled()));
        Finds("outcome is real: its deadline", Of(Ended with { FailureReason = "deadline of 9 s passed" }));
        Finds("outcome is real: it was lost 0 times", Of(Ended with { FailureReason = "lost 3 times, last on cell-1: no reason" }));
        Finds("outcome is real: it failed for no good reason", Of(Ended with { FailureReason = "cell-1 was lost and the task asked not to be moved: no reason" }));
        Finds("outcome is real: it failed for no good reason", Of(Ended with { FailureReason = "the weather" }));
    }

    [Fact]
    public void What_remains_is_found() => Finds("nothing remains: container /granary-x", Of(Ended) with { Remains = ["container /granary-x"] });

    [Fact]
    public void A_story_that_leaves_something_out_is_found()
    {
        Finds("story explains: it tells of the attempts 1:", WithStory(Moved(), (story, at) => story.RemoveAt(at("RUNNING: attempt 2"))));
        Finds("story explains: it tells of 0 losses", WithStory(Moved(), (story, at) => story.SetItem(at("PENDING: attempt 1 was lost"), new StoryEntry(A.Start, 1, null, "PENDING: attempt 1 went somewhere else"))));
        Finds("story explains: it tells of RUNNING last", WithStory(Ended, (story, _) => story.RemoveAt(story.Count - 1)));
        Finds("story explains: 'FAILED: no' tells no transition", WithStory(Ended, (story, _) => story.SetItem(story.Count - 1, new StoryEntry(A.Start, 1, null, "FAILED: no"))));
        Finds("story explains: attempt 1 was placed twice", WithStory(Ended, (story, at) => story.Insert(at("RUNNING"), story[at("RUNNING")])), "from 'RUNNING' it went to 'RUNNING'");
        Finds("story explains: attempt 2 was seen", Of(Ended, [Seen(1, 0, 5), Seen(2, 6, 12)]));
    }

    [Fact]
    public void A_listing_that_says_otherwise_is_found()
    {
        var well = Of(Ended);

        Finds("listing agrees: the database lists no such row", well with { Rows = [] });
        Finds("listing agrees: the database lists TaskRow", well with { Rows = [well.Rows[0] with { State = "RUNNING" }] });
        Finds("listing agrees: the database lists TaskRow", well with { Rows = [well.Rows[0] with { WakeAt = 1 }] });
        Finds("listing agrees: the database lists TaskRow", well with { Rows = [.. well.Rows, well.Rows[0] with { Task = Guid.NewGuid() }] });
        Finds("listing agrees: the API lists it otherwise", well with { Listed = [A.RunningTask()] });
    }

    [Fact]
    public void An_answer_that_did_not_stay_true_is_found()
    {
        Finds("history agrees: task", Of(Ended, answers: [Told(null)]));
        Finds("history agrees: at 3.0 s it was told to be FAILED (another reason)", Of(Ended, answers: [Told("FAILED") with { FailureReason = "another reason" }]));
        Finds("history agrees: at 3.0 s it had the number 2", Of(Ended, answers: [Told("RUNNING") with { SequenceId = 2 }]));
        Finds("history agrees: sequence id 1 is of several tasks", Of(Ended, answers: [Told("RUNNING") with { Task = Guid.NewGuid() }]));
        Finds("history agrees: its cancel was acknowledged while it stayed", Of(Ended, answers: [Told("RUNNING") with { Call = CallKind.Cancel }]));
        Finds("history agrees: its cancel was acknowledged at", Of(Ended, answers: [Told("CANCELING") with { Call = CallKind.Cancel }]));
        var odd = Of(Ended);
        odd.History.AddOdd("Submit was answered with 500");
        Finds("history agrees: Submit was answered with 500", odd);
    }

    [Fact]
    public void Two_runs_of_a_worker_are_found_unless_one_makes_way()
    {
        var first = A.After(A.RunningInstance(), new InstanceEvent.Reported(A.Start, new AttemptReport.Started(1)));
        var relief = A.After(A.After(new InstanceState(), new InstanceEvent.Ordered(A.Start, A.Order(after: 1) with { Lane = 1 })), new InstanceEvent.Placed(A.Start, 2, new CellId("cell-2")));
        var up = A.After(relief, new InstanceEvent.Reported(A.Start, new AttemptReport.Started(2)));
        var asked = A.After(first, new InstanceEvent.MakeWay(A.Start, 1, "cell-1 is drained"));
        var stopped = A.After(A.After(asked, new InstanceEvent.Ordered(A.Start, A.Order(2, 0))), new InstanceEvent.Reported(A.Start, new AttemptReport.Exited(1, new AttemptExit(0, false, A.Start, A.Start, BeforeStop: false))));
        Sighting[] beside = [Work(1, 0, 12), Work(2, 9, 20)];

        Assert.Empty(Oracle.CheckAll(Of(Ended) with { Workers = [stopped, up], WorkersWanted = 1, WorkersAt = TimeSpan.FromSeconds(20), Sightings = [Seen(1, 0, 5), .. beside] }));
        Finds("never two at once: attempt 2 began", Of(Ended) with { Workers = [first, up], Sightings = [Seen(1, 0, 5), .. beside] });
        Finds("workers are up: index 0 has RUNNING in lane 0 and RUNNING in lane 1", Of(Ended) with { Workers = [first, up], WorkersWanted = 1, WorkersAt = TimeSpan.FromSeconds(20), Sightings = [Seen(1, 0, 5), .. beside] });
        Finds("workers are up: index 0 has STOPPED in lane 0 and RUNNING in lane 1", Of(Ended) with { Workers = [stopped, relief], WorkersWanted = 1 });
        Finds("workers are up: index 0 is said to be up and was not seen", Of(Ended) with { Workers = [stopped, up], WorkersWanted = 1, WorkersAt = TimeSpan.FromSeconds(30), Sightings = [Seen(1, 0, 5), .. beside] });
        Finds("workers are up: index 0 has : it has no row", Of(Ended) with { WorkersWanted = 1 });
    }

    [Fact]
    public void What_is_left_on_a_drained_cell_is_found()
    {
        var drain = new Fault(FaultKind.Drain, TimeSpan.FromSeconds(40), TimeSpan.FromSeconds(50), 0);
        var drained = new Drained(drain, "cell-1", TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(60));
        var left = Of(Ended, [Seen(1, 0, 35)]) with { Drains = [drained], Faults = [drain] };

        Finds("drained means empty: attempt 1", left);
        Assert.Empty(Oracle.CheckAll(left with { Sightings = [Seen(1, 0, 25)] }));
        Assert.Empty(Oracle.CheckAll(left with { Drains = [drained with { Cell = "cell-2" }] }));
        Assert.Empty(Oracle.CheckAll(left with { Faults = [drain, new Fault(FaultKind.KillSilo, TimeSpan.FromSeconds(15), TimeSpan.Zero, 0)] }));
        Finds("drained means empty: attempt 1", left with { Faults = [drain, new Fault(FaultKind.KillSilo, TimeSpan.FromSeconds(5), TimeSpan.Zero, 0)] });
    }

    private static Sighting Work(int attempt, double from, double to) => Seen(attempt, from, to) with { Task = InstanceId.Of(A.Worker, 0).Value };

    /// <summary>Exactly this is found, and what cannot be otherwise then.</summary>
    private static void Finds(string violation, Evidence evidence, string? also = null)
    {
        var found = Oracle.CheckAll(evidence).ToArray();
        Assert.Contains(found, each => each.StartsWith(violation, StringComparison.Ordinal));
        Assert.True(also is null || found.Any(each => each.Contains(also, StringComparison.Ordinal)), string.Join('\n', found));
    }

    private static Answer Told(string? state) => new(TimeSpan.FromSeconds(3), CallKind.Look, Id, state, state is null ? 0 : 1);

    private static Sighting Seen(int attempt, double from, double to) => new(Id, attempt, new string((char)('0' + attempt), 64), TimeSpan.FromSeconds(from), TimeSpan.FromSeconds(to));

    /// <summary>A task whose first attempt was lost, and whose second ended by itself.</summary>
    private static TaskState Moved(string evidence = "the lease of cell-1 lapsed")
    {
        var lost = A.After(A.RunningTask(), A.Report(new AttemptReport.Lost(1, evidence)));
        return A.After(A.After(lost, new TaskEvent.Placed(A.Start, 2, new CellId("cell-2"))), A.Exited(2, 3));
    }

    private static TaskState Cancelled() => A.After(A.CancelingTask(), A.Exited(1, 143, beforeStop: false));

    private static Evidence WithStory(TaskState task, Func<ImmutableList<StoryEntry>, Func<string, int>, ImmutableList<StoryEntry>> change)
    {
        var entries = task.Story.Entries;
        return Of(task with { Story = new Story(change(entries, text => entries.FindIndex(each => each.Text.StartsWith(text, StringComparison.Ordinal))), 0) });
    }

    /// <summary>The evidence of a run with this task alone: accepted, and told of as it is.</summary>
    private static Evidence Of(TaskState task, Sighting[]? seen = null, ScriptedTask? script = null, Answer[]? answers = null, bool cancelled = false)
    {
        var history = new History();
        history.Add(new Answer(TimeSpan.Zero, CallKind.Submit, Id, "PENDING", 1));
        Array.ForEach(answers ?? [], history.Add);
        if (cancelled)
        {
            history.AskedToCancel(Id);
        }

        return new Evidence
        {
            Scripts = [script ?? Script],
            History = history,
            Final = [task],
            Rows = [new TaskRow(Id, A.App.Value, 1, TaskMachine.Upper(task.Phase), task.Cell?.Name, Micros(task.CreatedAt), Micros(task.UpdatedAt), task.WakeAt is { } at ? Micros(at) : null)],
            Listed = [task],
            Sightings = [.. seen ?? [Seen(1, 0, 5)]],
        };
    }

    private static long Micros(DateTimeOffset at) => at.ToUnixTimeMilliseconds() * 1000;
}
