using System.Collections.Concurrent;
using System.Diagnostics;
using Granary.Simulator;
using Granary.Simulator.Plans;
using Xunit.Abstractions;

namespace Granary.Simulation.Tests;

/// <summary>What many worlds came to together.</summary>
public sealed record Totals(int Tasks, int Attempts, int Losses, int Unconfirmed);

/// <summary>Runs worlds from seeds, on all cores. A world that breaks a promise prints its seed and the end of its event log.</summary>
public static class ManyWorlds
{
    /// <summary>Lines of an event log that a failure shows: the last ones, where the promise was broken.</summary>
    private const int LogLines = 300;

    public static Scenario Read(string text)
    {
        var (scenario, faults) = ScenarioText.Read(text);
        Assert.Empty(faults);
        return scenario;
    }

    public static Totals Keep(string name, string text, int first, int count, ITestOutputHelper output)
    {
        var (scenario, watch, failed) = (Read(text), Stopwatch.StartNew(), new ConcurrentBag<(ulong Seed, string What)>());
        var (tasks, attempts, losses, unconfirmed) = (0, 0, 0, 0);
        Parallel.For(first, first + count, seed =>
        {
            var end = World.Run(scenario.Plan((ulong)seed));
            Interlocked.Add(ref tasks, end.Report.Tasks);
            Interlocked.Add(ref attempts, end.Report.Attempts);
            Interlocked.Add(ref losses, end.Report.Losses);
            Interlocked.Add(ref unconfirmed, end.Report.Unconfirmed);
            if (!end.Violations.IsEmpty)
            {
                failed.Add(((ulong)seed, end.Violations[0]));
            }
        });
        output.WriteLine($"{count} worlds, {tasks} tasks, {attempts} attempts, {losses} losses, {unconfirmed} unconfirmed, {failed.Count} failed, {watch.Elapsed.TotalSeconds:0.0} s");
        if (!failed.IsEmpty)
        {
            var list = failed.OrderBy(each => each.Seed).ToArray();
            output.WriteLine(string.Join('\n', list.Select(each => $"seed {each.Seed}: {each.What}")));
            Keep(name, scenario.Plan(list[0].Seed));
        }

        return new Totals(tasks, attempts, losses, unconfirmed);
    }

    public static void Keep(string name, Plan plan)
    {
        var end = World.Run(plan, new WorldOptions { Tells = true });
        if (!end.Violations.IsEmpty)
        {
            Assert.Fail($"{name} {plan.Seed} breaks a promise (this line belongs into seeds.txt):\n{string.Join('\n', end.Violations)}\n\n{string.Join('\n', end.Log.TakeLast(LogLines))}");
        }
    }
}
