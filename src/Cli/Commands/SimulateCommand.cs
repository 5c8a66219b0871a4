using System.CommandLine;
using System.Globalization;
using Granary.Cli.Output;
using Granary.Cli.Simulate;

namespace Granary.Cli.Commands;

/// <summary>Runs the rules in a made-up cluster. It asks no server.</summary>
internal static class SimulateCommand
{
    private const string Default = "1+100";

    private static readonly Option<ulong?> Seed = new("--seed") { Description = "The seed from which everything follows. Default 1.", HelpName = "NUMBER", CustomParser = Number };
    private static readonly Option<SeedRange?> Seeds = new("--seeds") { Description = "Many worlds instead of one: the first seed and how many, for example 1+10000. Ends with 1 at the first promise that is broken.", HelpName = "FIRST+COUNT", CustomParser = SeedRange.Parse };
    private static readonly Option<string?> Html = new("--html") { Description = "Write a page with a timeline to this file.", HelpName = "FILE" };
    private static readonly Option<string?> Log = new("--log") { Description = "Write the event log to this file.", HelpName = "FILE" };
    private static readonly Option<string?> Recorded = new("--replay") { Description = "Step through an event log that --log wrote.", HelpName = "FILE" };
    private static readonly Option<string?> Shrunk = new("--shrink") { Description = "If a promise is broken, write the smallest world that breaks it too to this file.", HelpName = "FILE" };
    private static readonly Option<string?> Resume = new("--resume") { Description = "With --seeds: remember in this file how far the run came, and go on from there.", HelpName = "FILE" };
    private static readonly Option<string[]> Compare = new("--compare")
    {
        Description = $"Run two variants in the same worlds and show the difference, for example --compare cells=5 cells=7, or grace=30s grace=10s,losses=3. Default of --seeds: {Default}.",
        HelpName = "VARIANT VARIANT",
        Arity = new ArgumentArity(2, 2),
        AllowMultipleArgumentsPerToken = true,
    };

    public static Command Create()
    {
        var command = new Command("simulate", "Runs the rules of production in a made-up cluster, from a seed, and shows what faults would do.") { ScenarioOptions.Scenario, Seed, Seeds, Html, Log, Recorded, Shrunk, Resume, Compare, Shared.Output };
        foreach (var line in ScenarioOptions.Lines)
        {
            command.Add(line);
        }

        command.SetAction((parsed, cancellation) => Task.FromResult(Run(parsed, cancellation)));
        return command;
    }

    private static int Run(ParseResult parsed, CancellationToken cancellation)
    {
        using var terminal = new Terminal();
        if (parsed.GetValue(Recorded) is { } recorded)
        {
            return Replay.Run(terminal, recorded, cancellation);
        }

        var (scenario, name) = ScenarioOptions.Read(parsed);
        var seed = parsed.GetValue(Seed) ?? scenario.Seed ?? 1;
        var seeds = parsed.GetValue(Seeds);
        return parsed.GetValue(Compare) is { Length: 2 } variants ? Comparing.Run(terminal, scenario, variants, seeds ?? new SeedRange(seed, 100), cancellation)
            : seeds is not null ? ManyWorlds.Run(terminal, scenario, seeds, parsed.GetValue(Shrunk), parsed.GetValue(Resume) is { } file ? new Resumption(file) : null, cancellation)
            : new OneWorld(name, scenario.Plan(seed), parsed.GetValue(Html), parsed.GetValue(Log), parsed.GetValue(Shrunk), parsed.GetValue(Shared.Output) == OutputForm.Json).Run(terminal, cancellation);
    }

    private static ulong? Number(System.CommandLine.Parsing.ArgumentResult argument)
    {
        var text = argument.Tokens.Single().Value;
        if (ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }

        argument.AddError($"'{text}' is no seed: write a whole number, for example 42.");
        return null;
    }
}
