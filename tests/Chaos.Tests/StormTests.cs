using Xunit.Abstractions;

namespace Granary.Chaos.Tests;

/// <summary>Seeds on real processes. <c>bench/chaos</c> runs as many as one likes.</summary>
public sealed class StormTests(ITestOutputHelper output)
{
    private const string TwoAtOnce = "never two at once: attempt";

    private static readonly ChaosSettings Short = ChaosSettings.Default with { Length = TimeSpan.FromSeconds(20), Faults = 3 };

    [Fact]
    public async Task A_short_storm_breaks_no_promise() => await Storm(Short, [1]);

    [Fact]
    [Trait("Length", "Long")]
    public async Task Storms_of_a_minute_with_five_faults_break_no_promise() => await Storm(ChaosSettings.Default, [101, 102, 103, 104, 105]);

    /// <summary>Nobody stops the attempts of a silo that hangs: if that were not seen, the other results would say nothing.</summary>
    [Fact]
    [Trait("Length", "Long")]
    public async Task Without_its_fence_a_task_is_seen_to_run_twice_at_once()
    {
        await using var runner = new ChaosRunner(ChaosSettings.Default with { Faults = 2, IsFenced = false });

        var outcome = await runner.Run(1);

        output.WriteLine(string.Join('\n', outcome.Strip.Concat(outcome.Violations)));
        Assert.Contains(outcome.Violations, each => each.StartsWith(TwoAtOnce, StringComparison.Ordinal));
    }

    private async Task Storm(ChaosSettings settings, ulong[] seeds)
    {
        await using var runner = new ChaosRunner(settings);
        foreach (var seed in seeds)
        {
            var outcome = await runner.Run(seed);
            output.WriteLine($"seed {seed}: {outcome.Accepted} tasks, {outcome.Losses} losses, {outcome.Lasted.TotalSeconds:0} s\n{string.Join('\n', outcome.Strip)}");
            Assert.True(outcome.Violations.IsEmpty, $"seed {seed}: see {ChaosRunner.FolderOf(seed)}\n{string.Join('\n', outcome.Violations)}");
            Assert.NotEqual(0, outcome.Accepted);
        }
    }
}
