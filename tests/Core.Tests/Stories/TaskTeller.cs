using Granary.Core.Attempts;
using Granary.Core.Instances;
using Granary.Core.Tasks;
using static Granary.Core.Attempts.AttemptEffect;

namespace Granary.Core.Tests.Stories;

/// <summary>Tells a <see cref="TaskMachine"/>, with its invariants checked after each line.</summary>
internal sealed class TaskTeller(TaskSpec spec) : ITeller
{
    private TaskState task = new();

    public IEnumerable<string>? Tell(DateTimeOffset? at, string words)
    {
        if (at is null || TaskLines.Parse(at.Value, words, spec) is not { } @event)
        {
            return null;
        }

        var before = task;
        var decision = TaskMachine.Decide(before, @event);
        Assert.Empty(TaskInvariants.Check(before, decision));
        task = decision.Next;
        return Lines(before, decision);
    }

    public static string Words(AttemptEffect effect) => effect switch
    {
        FindCell { NotBefore: null } find => $"find a cell for attempt {find.Attempt}",
        FindCell find => $"find a cell for attempt {find.Attempt}, not before {StoryFile.Time(find.NotBefore.Value)}",
        StartAttempt start => $"start attempt {start.Attempt.Number} on {start.Cell}",
        FindAttempt find => $"find attempt {find.Attempt.Number} on {find.Cell}",
        StopAttempt stop => $"stop attempt {stop.Attempt.Number} on {stop.Cell}",
        TellApp { News: InstanceNews.MakesWay { HasEnded: var hasEnded } news } => $"tell the app: attempt {news.Attempt} {(hasEnded ? "has made way" : "makes way")}",
        TellApp { News: InstanceNews.ReliefUp news } => $"tell the app: attempt {news.Attempt} is up as a relief",
        _ => throw new FormatException($"there are no words for {effect}"),
    };

    private static IEnumerable<string> Lines(TaskState before, Decision<TaskState, AttemptEffect> decision)
    {
        if (decision.Refusal is { } refusal)
        {
            yield return $"refused, {refusal}";
        }
        else if (decision.Changes)
        {
            yield return State(decision.Next);
        }
        else
        {
            yield return "nothing changes";
        }

        if (decision.Changes && decision.Next.FailureReason is { } reason)
        {
            yield return $"because: {reason}";
        }

        foreach (var effect in decision.Effects)
        {
            yield return $"do: {Words(effect)}";
        }

        if (decision.Next.Story != before.Story)
        {
            yield return $"story: {decision.Next.Story.Entries[^1].Text}";
        }
    }

    private static string State(TaskState task)
    {
        List<string> parts = [TaskMachine.Upper(task.Phase)];
        parts.Add($"attempt {task.Attempt}{(task.Cell is { } cell ? $" on {cell}" : "")}");
        parts.AddRange(Counters(task.Counters));
        parts.AddRange(Part("exit", task.ExitCode?.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        parts.AddRange(Part("stop because", task.Stop?.ToString()));
        parts.AddRange(Part("not before", Time(task.NotBefore)));
        parts.AddRange(Part("wakes at", Time(task.WakeAt)));
        return string.Join(", ", parts);
    }

    private static IEnumerable<string> Counters(AttemptCounters counters) =>
        new[] { ("losses", counters.Losses), ("failures", counters.Failures), ("moves", counters.Moves) }.Where(each => each.Item2 > 0).Select(each => $"{each.Item1} {each.Item2}");

    private static IEnumerable<string> Part(string name, string? value) => value is null ? [] : [$"{name} {value}"];

    private static string? Time(DateTimeOffset? at) => at is null ? null : StoryFile.Time(at.Value);
}
