using System.Globalization;
using Granary.Core.Cells;
using Granary.Testing;

namespace Granary.Core.Tests.Stories;

/// <summary>Tells what is ordered of cell-1, with its invariants checked after each line.</summary>
internal sealed class DrainTeller : ITeller
{
    private DrainState drain = new() { Cell = A.Cell1 };

    public IEnumerable<string>? Tell(DateTimeOffset? at, string words)
    {
        if (at is null || Parse(at.Value, words.Split(' ')) is not { } @event)
        {
            return null;
        }

        var decision = DrainMachine.Decide(drain, @event);
        Assert.Empty(DrainInvariants.Check(drain, @event, decision));
        drain = decision.Next;
        return [decision.Refusal is { } refusal ? $"refused, {refusal}" : decision.Changes ? Words(drain) : "nothing changes"];
    }

    public static string Words(DrainState drain)
    {
        List<string> parts = [drain.Word.ToUpperInvariant()];
        parts.AddRange(drain.Since is { } since ? [$"since {StoryFile.Time(since)}"] : []);
        parts.AddRange(drain.DeadlineAt is { } deadline ? [$"until {StoryFile.Time(deadline)}"] : []);
        parts.AddRange(drain.Why is { } why ? [why] : []);
        parts.AddRange(drain.EndingServer is { } ending ? [$"until another than {ending} serves it"] : []);
        return string.Join(", ", parts);
    }

    private static DrainEvent? Parse(DateTimeOffset at, string[] words) => words switch
    {
        ["drain", "within", var seconds, .. var why] => new DrainEvent.DrainRequested(at, Seconds(seconds), string.Join(' ', why)),
        [var silo, "says", "that", "its", "host", "ends", "in", var seconds] => new DrainEvent.DrainRequested(at, Seconds(seconds), "its host ends", silo),
        ["uncordon"] => new DrainEvent.UncordonRequested(at),
        [var silo, "holds", var attempts, "with", "its", "door", "open"] => new DrainEvent.Heard(at, silo, LeaseWords.Number(attempts), false),
        [var silo, "holds", var attempts, "with", "its", "door", "closed"] => new DrainEvent.Heard(at, silo, LeaseWords.Number(attempts), true),
        [.. var held, "while", "its", "host", "ends"] => Parse(at, held) is DrainEvent.Heard heard ? heard with { Ends = true } : null,
        _ => null,
    };

    private static TimeSpan Seconds(string text) => TimeSpan.FromSeconds(double.Parse(text.TrimEnd('s'), CultureInfo.InvariantCulture));
}
