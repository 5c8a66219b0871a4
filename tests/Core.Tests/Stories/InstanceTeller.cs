using System.Globalization;
using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Instances;
using Granary.Testing;
using static Granary.Core.Instances.InstanceEvent;

namespace Granary.Core.Tests.Stories;

/// <summary>Tells an <see cref="InstanceMachine"/>, with its invariants checked after each line. A process starts when the instance is placed.</summary>
internal sealed class InstanceTeller : ITeller
{
    private InstanceState instance = new();

    public IEnumerable<string>? Tell(DateTimeOffset? at, string words)
    {
        if (at is null || Parse(at.Value, words, instance) is not { } @event)
        {
            return null;
        }

        var before = instance;
        var decision = InstanceMachine.Decide(before, @event);
        Assert.Empty(InstanceInvariants.Check(before, decision));
        instance = decision.Next;
        return Lines(before, decision);
    }

    /// <summary>The event that the words tell, or null if they tell none.</summary>
    private static InstanceEvent? Parse(DateTimeOffset at, string words, InstanceState instance) => words.Split(' ') switch
    {
        ["wanted", "version", var version, "in", "revision", var revision] => new Ordered(at, A.Order(Number(revision), Number(version))),
        ["wanted", "version", var version, "in", "revision", var revision, "as", "a", "relief", "after", var after] => new Ordered(at, A.Order(Number(revision), Number(version), part: Part.Relieves, after: Number(after))),
        ["wanted", "version", var version, "in", "revision", var revision, "until", "relieved", "after", var after] => new Ordered(at, A.Order(Number(revision), Number(version), part: Part.IsRelieved, after: Number(after))),
        ["wanted", "version", var version, "in", "revision", var revision, "after", var after] => new Ordered(at, A.Order(Number(revision), Number(version), after: Number(after))),
        ["make", "way", var attempt] => new MakeWay(at, Number(attempt), "cell-1 is drained"),
        ["not", "wanted", "in", "revision", var revision] => new Ordered(at, A.Order(Number(revision), 0)),
        ["restart", "requested"] => new RestartRequested(at),
        ["woke"] => new Woke(at),
        ["outlived", var attempt, "on", var cell] => new Outlived(at, Number(attempt), new CellId(cell)),
        _ when TaskLines.PlacementOf(words) is var (attempt, cell, waited) => new Placed(at, attempt, cell, waited),
        _ => TaskLines.ReportOf(at, words, instance.Since) is { } report ? new Reported(at, report) : null,
    };

    public static string Format(InstanceEvent @event) => $"{StoryFile.Time(@event.At)} " + @event switch
    {
        Ordered { Order: { Spec: { } spec } order } => $"wanted version {spec.Version} in revision {order.Revision}{Words(order)}",
        MakeWay makeWay => $"make way {makeWay.Attempt}",
        Ordered { Order: var order } => $"not wanted in revision {order.Revision}",
        RestartRequested => "restart requested",
        Woke => "woke",
        Outlived outlived => $"outlived {outlived.Attempt} on {outlived.Cell}",
        Placed placed => $"placed {placed.Attempt} on {placed.Cell}{(placed.Waited is null ? "" : $" after: {placed.Waited}")}",
        Reported reported => TaskLines.Format(reported.Report),
        _ => throw new FormatException($"there are no words for {@event}"),
    };

    private static string Words(InstanceOrder order) => (order.Part, order.After) switch
    {
        (Part.Relieves, var after) => $" as a relief after {after}",
        (Part.IsRelieved, var after) => $" until relieved after {after}",
        (_, > 0) => $" after {order.After}",
        _ => "",
    };

    private static IEnumerable<string> Lines(InstanceState before, Decision<InstanceState, AttemptEffect> decision)
    {
        yield return decision.Refusal is { } refusal ? $"refused, {refusal}" : decision.Changes ? State(decision.Next) : "nothing changes";
        foreach (var effect in decision.Effects)
        {
            yield return $"do: {TaskTeller.Words(effect)}";
        }

        if (decision.Next.Story != before.Story)
        {
            yield return $"story: {decision.Next.Story.Entries[^1].Text}";
        }
    }

    private static string State(InstanceState instance) => string.Join(", ", new[]
    {
        InstanceMachine.Upper(instance.Phase),
        $"attempt {instance.Attempt}{(instance.Cell is { } cell ? $" on {cell}" : "")}",
        instance.Spec is { } spec ? $"version {spec.Version}" : "no version",
    }
    .Concat(instance.Next is { } next ? [$"next version {next.Version}"] : [])
    .Concat(instance is { Phase: InstancePhase.Canceling, IsWanted: true } ? ["another run follows"] : [])
    .Concat(instance.Part switch { Part.Relieves => ["relieves"], Part.IsRelieved => ["is relieved"], _ => Array.Empty<string>() })
    .Concat(instance.UpSince is { } up ? [$"up since {StoryFile.Time(up)}"] : [])
    .Concat(new[] { ("losses", instance.Counters.Losses), ("crashes", instance.Crashes), ("moves", instance.Counters.Moves) }.Where(each => each.Item2 > 0).Select(each => $"{each.Item1} {each.Item2}"))
    .Concat(instance.NotBefore is { } notBefore ? [$"not before {StoryFile.Time(notBefore)}"] : [])
    .Concat(instance.WakeAt is { } wakeAt ? [$"wakes at {StoryFile.Time(wakeAt)}"] : []));

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
