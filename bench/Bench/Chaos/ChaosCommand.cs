using System.CommandLine;
using Granary.Chaos.Tests;
using Granary.Testing;

namespace Granary.Bench.Chaos;

/// <summary>Seeds for people: as many as one likes, with a line for each.</summary>
internal static class ChaosCommand
{
    /// <summary>What was done last, for whoever looks for the cause.</summary>
    private const int EventsShown = 30;

    public static Command Make()
    {
        var seeds = new Option<int>("--seeds") { Description = "How many seeds", Required = true };
        var from = new Option<ulong>("--from") { Description = "The first of them", DefaultValueFactory = _ => 1 };
        var seconds = new Option<int>("--seconds") { Description = "How long faults are made, for each seed", DefaultValueFactory = _ => (int)ChaosSettings.Default.Length.TotalSeconds };
        var faults = new Option<int>("--faults") { Description = "Faults of each seed", DefaultValueFactory = _ => ChaosSettings.Default.Faults };
        var silos = new Option<int>("--silos") { Description = "Hosts, each with a silo, a warden and an engine: 2 to 9", DefaultValueFactory = _ => ChaosSettings.Default.Silos };
        var save = new Option<bool>("--save") { Description = "Merge the seeds into bench/results/chaos.txt and chaos.json" };
        var command = new Command("chaos", "Runs seeds of faults against a cluster of real processes, and asks oracles what became of each promise.") { seeds, from, seconds, faults, silos, save };
        command.SetAction(arguments => Run(
            Enumerable.Range(0, arguments.GetValue(seeds)).Select(each => arguments.GetValue(from) + (ulong)each),
            new ChaosSettings(TimeSpan.FromSeconds(arguments.GetValue(seconds)), arguments.GetValue(faults), arguments.GetValue(silos)),
            arguments.GetValue(save)));
        return command;
    }

    private static async Task<int> Run(IEnumerable<ulong> seeds, ChaosSettings settings, bool saves)
    {
        var isBroken = false;
        await using var runner = new ChaosRunner(settings);
        foreach (var seed in seeds)
        {
            var outcome = await runner.Run(seed);
            var row = ChaosRow.Of(outcome, settings);
            Console.WriteLine(row.Line);
            if (!outcome.Violations.IsEmpty)
            {
                isBroken = true;
                await Console.Error.WriteLineAsync($"seed {seed}: {outcome.Violations.Length} violations; the logs are in {ChaosRunner.FolderOf(seed)}\n{string.Join('\n', outcome.Strip.TakeLast(EventsShown).Concat(outcome.Violations))}");
            }

            if (saves)
            {
                await ChaosReport.Merge(Repository.PathOf("bench", "results"), row);
            }
        }

        return isBroken ? 1 : 0;
    }
}
