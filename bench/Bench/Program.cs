using System.CommandLine;
using Granary.Bench;
using Granary.Bench.ApiRequests;
using Granary.Bench.Chaos;
using Granary.Bench.DurableLives;
using Granary.Bench.Failover;
using Granary.Bench.TaskOverhead;
using Granary.Bench.TaskPages;
using Granary.Testing;

var measures = new Dictionary<string, Func<int, Task<Report>>>
{
    ["adoption"] = async rounds => (await AdoptionMeasure.Run(rounds)).Report("adoption", rounds),
    ["api-requests"] = async rounds => Report.Of("api-requests", rounds, await ApiRequestsMeasure.Run(rounds)),
    ["durable-lives"] = async rounds => Report.Of("durable-lives", rounds, await DurableLivesMeasure.Run(rounds)),
    ["failover"] = async rounds => (await FailoverMeasure.Run("failover", rounds, drops: false)).Report("failover", rounds),
    ["failover-cut"] = async rounds => (await FailoverMeasure.Run("failover-cut", rounds, drops: true)).Report("failover-cut", rounds),
    ["task-overhead"] = async rounds => Report.Of("task-overhead", rounds, await TaskOverheadMeasure.Run(rounds)),
    ["task-pages"] = async rounds => Report.Of("task-pages", rounds, await TaskPagesMeasure.Run(rounds)),
};

var names = new Argument<string[]>("NAME") { Description = $"What to measure: {string.Join(", ", measures.Keys)}, or all", Arity = ArgumentArity.OneOrMore };
names.AcceptOnlyFromAmong([.. measures.Keys, "all"]);
var rounds = new Option<int>("--rounds") { Description = "Rounds that count, after one that does not", DefaultValueFactory = _ => 5 };
var save = new Option<bool>("--save") { Description = "Write what is printed to bench/results" };
var command = new RootCommand("Measures Granary against the bare drivers of what it stands on, in one run.") { names, rounds, save };
command.SetAction(async arguments =>
{
    var wanted = arguments.GetValue(names)!;
    foreach (var (name, measure) in measures.Where(each => wanted.Contains(each.Key) || wanted.Contains("all")))
    {
        var report = await measure(arguments.GetValue(rounds));
        Console.WriteLine(report.Table);
        Console.WriteLine(report.Json);
        if (arguments.GetValue(save))
        {
            await report.Save(Repository.PathOf("bench", "results"));
        }
    }
});
command.Subcommands.Add(ChaosCommand.Make());
return await command.Parse(args).InvokeAsync();
