using System.Collections.Immutable;
using System.CommandLine;
using Granary.Simulator.Plans;

namespace Granary.Cli.Simulate;

/// <summary>What a world is to be like, as the command line says it: a file or the name of a scenario, and options in the words of a scenario's lines.</summary>
internal static class ScenarioOptions
{
    /// <summary>Whoever gives another kind of file is not told so a thousand times.</summary>
    private const int FaultsShown = 10;

    /// <summary>What options change where no scenario is named.</summary>
    private const string Plain = "cells 5\nsilos 3\ntasks 60";

    public static readonly Argument<string?> Scenario = new("scenario")
    {
        Description = "A scenario file, or one of the names standard, small, storm. Default standard, or five plain cells if options say what the world is like.",
        HelpName = "SCENARIO",
        Arity = ArgumentArity.ZeroOrOne,
    };

    /// <summary>Options whose words replace a line of the scenario, or add one.</summary>
    public static readonly ImmutableArray<Option<string[]>> Lines =
    [
        Line("cells", "How many cells, and what they are like.", "50 memory=1G"),
        Line("silos", "How many silos carry grains.", "5"),
        Line("tasks", "How many tasks, when they come and what they do.", "10000 at=0s..10m lasts=1s..60s memory=64M fail=5%"),
        Line("apps", "Apps whose instances are to stay up.", "1 instances=3"),
        Line("messages", "The parts of messages that are lost, slow and doubled.", "lost=1% slow=5% doubled=1%"),
        Line("faults", "Faults of any kind.", "1..7 kinds=kill-silo|cut at=10s..40s for=1s..20s"),
        Line("mended", "When every fault is mended.", "60s"),
        Line("policy", "What an operator may choose.", "grace=10s losses=3 placement=pack"),
        .. FaultKinds.All.Select(kind => Line(FaultKinds.Word(kind), "A fault: how often or when, for how long, which cell.", "every=30s for=10s")),
    ];

    /// <summary>The scenario, and a name for it.</summary>
    public static (Scenario Scenario, string Name) Read(ParseResult parsed)
    {
        var given = Lines.Select(option => (Word: option.Name[2..], Words: parsed.GetResult(option) is null ? null : string.Join(' ', parsed.GetValue(option) ?? []))).Where(each => each.Words is not null).ToArray();
        var named = parsed.GetValue(Scenario);
        var (scenario, faults) = ScenarioText.Read(named is null ? given.Length == 0 ? Scenarios.Standard : Plain : TextOf(named));
        var all = faults.ToList();
        if (given.Any(each => each.Word == "tasks"))
        {
            scenario = scenario with { Tasks = [], ExactTasks = [] };
        }

        foreach (var (word, words) in given)
        {
            (scenario, var wrong) = ScenarioText.Add(scenario, $"{word} {words}");
            all.AddRange(wrong.Select(each => $"--{word} {words}: {each}"));
        }

        if (all.Count > 0)
        {
            var more = all.Count > FaultsShown ? $"\nand {all.Count - FaultsShown} more" : "";
            throw new FailureException($"{string.Join('\n', all.Take(FaultsShown))}{more}\nSee 'granary simulate --help' and docs/simulate.md for the right forms.", isUsage: true);
        }

        return (scenario, named ?? (given.Length == 0 ? "standard" : string.Join(' ', given.Select(each => $"--{each.Word} {each.Words}".TrimEnd()))));
    }

    private static string TextOf(string named)
    {
        switch (named)
        {
            case "standard":
                return Scenarios.Standard;
            case "small":
                return Scenarios.Small;
            case "storm":
                return Scenarios.Storm;
        }

        try
        {
            return File.ReadAllText(named);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new FailureException($"'{named}' is neither a scenario file that can be read ({fault.Message}) nor one of the names standard, small, storm.", isUsage: true);
        }
    }

    private static Option<string[]> Line(string word, string description, string example) => new($"--{word}")
    {
        Description = $"{description} For example --{word} {example}",
        HelpName = "WORDS",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = true,
    };
}
