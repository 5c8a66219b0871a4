using Granary.Simulator;
using Granary.Simulator.Plans;
using Granary.Testing;
using Xunit.Abstractions;

namespace Granary.Simulation.Tests;

/// <summary>Worlds that fail are made small, and kept: what failed once is told by a story that a person can read.</summary>
public sealed class ShrinkingTests(ITestOutputHelper output)
{
    private static readonly WorldOptions WithoutStop = new() { Rules = Rules.OfCore with { Omits = Omission.Stop } };

    [Fact]
    public void A_failing_world_becomes_a_short_story_that_fails_the_same_way()
    {
        var plan = Enumerable.Range(1, 100).Select(seed => ManyWorlds.Read(Scenarios.Standard).Plan((ulong)seed)).First(FailsWithoutStop);

        var small = Shrinker.Shrink(plan, FailsWithoutStop);
        var story = PlanText.Write(small, "Nobody stops what has lost its lease.");

        output.WriteLine(story);
        Assert.True(FailsWithoutStop(ManyWorlds.Read(story).Plan(small.Seed)));
        Assert.True(small.Tasks.Length <= 2 && small.Faults.Length <= 2, story);
    }

    /// <summary>Each says in its first line what was broken when it was found.</summary>
    [Fact]
    public void Stories_of_what_failed_once_keep_every_promise() => Assert.All(
        Directory.EnumerateFiles(Repository.PathOf("tests", "Simulation.Tests", "stories"), "*.world").Order(StringComparer.Ordinal),
        path =>
        {
            var scenario = ManyWorlds.Read(File.ReadAllText(path));
            ManyWorlds.Keep(Path.GetFileName(path), scenario.Plan(scenario.Seed!.Value));
        });

    private static bool FailsWithoutStop(Plan plan) => World.Run(plan, WithoutStop).Violations.Any(each => each.StartsWith("never two at once", StringComparison.Ordinal));
}
