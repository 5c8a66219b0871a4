namespace Granary.Chaos.Tests.Oracles;

/// <summary>One promise, and how to see in the evidence of a run that it was broken.</summary>
/// <param name="Check">Each violation in words.</param>
public sealed record Oracle(string Name, Func<Evidence, IEnumerable<string>> Check)
{
    public static readonly Oracle[] All =
    [
        new("ends once", EndsOnce.Check),
        new("never two at once", NeverTwoAtOnce.Check),
        new("within bounds", WithinBounds.Check),
        new("outcome is real", OutcomeIsReal.Check),
        new("nothing remains", NothingRemains.Check),
        new("story explains", StoryExplains.Check),
        new("listing agrees", ListingAgrees.Check),
        new("history agrees", HistoryAgrees.Check),
        new("workers are up", WorkersAreUp.Check),
        new("drained means empty", DrainedMeansEmpty.Check),
    ];

    /// <summary>The violations of all promises.</summary>
    public static IEnumerable<string> CheckAll(Evidence evidence) => All.SelectMany(oracle => oracle.Check(evidence).Select(each => $"{oracle.Name}: {each}"));
}
