using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Granary.Core.Leases;
using Granary.Simulator;
using Granary.Testing;
using Xunit.Abstractions;

namespace Granary.Simulation.Tests;

/// <summary>The production rules in seeded worlds. A world that breaks a promise prints its seed and its film strip.</summary>
public sealed class WorldTests(ITestOutputHelper output)
{
    /// <summary>Lines of a film strip that a failure shows: the last ones, where the promise was broken.</summary>
    private const int StripLines = 300;

    [Fact]
    public void A_thousand_worlds_keep_every_promise() => Run(1, 1_000, seed => new WorldSettings(seed));

    [Fact]
    public void Storms_keep_every_promise() => Run(1, 300, seed => new WorldSettings(seed) { Weather = Weather.Storm });

    [Fact]
    public void Seeds_that_once_failed_keep_every_promise()
    {
        var seeds = File.ReadAllLines(Repository.PathOf("tests", "Simulation.Tests", "seeds.txt")).Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split(' ')).ToArray();

        Assert.All(seeds, words => Keep(new WorldSettings(ulong.Parse(words[1], CultureInfo.InvariantCulture)) { Weather = Enum.Parse<Weather>(words[0]) }));
    }

    [Theory]
    [InlineData(Weather.Fair)]
    [InlineData(Weather.DatabaseOnly)]
    [InlineData(Weather.OneProcess)]
    public void Nothing_is_lost_in_weather_that_takes_no_host(Weather weather)
    {
        var total = Run(1, 100, seed => new WorldSettings(seed) { Weather = weather });

        Assert.Equal(0, total.Losses);
        Assert.Equal(0, total.Unconfirmed);
    }

    [Fact]
    public void Without_the_hold_an_outage_of_the_database_costs_attempts_and_breaks_no_promise()
    {
        var total = Run(1, 100, seed => new WorldSettings(seed) { Weather = Weather.DatabaseOnly, Policy = LeasePolicy.Default with { Outage = OutageRule.Stop } });

        Assert.True(total.Losses > 50, $"only {total.Losses} losses");
    }

    [Fact]
    public void The_same_seed_is_the_same_world()
    {
        var settings = new WorldSettings(42) { Tells = true };

        Assert.Equal(World.Run(settings).Strip.AsEnumerable(), World.Run(settings).Strip);
    }

    [Theory]
    [InlineData(Sabotage.NoStop, "two at once")]
    [InlineData(Sabotage.HoldUnasked, "two at once")]
    [InlineData(Sabotage.NoKillNotes, "wrong outcome")]
    [InlineData(Sabotage.StartsTwice, "number used twice")]
    [InlineData(Sabotage.NoRepeat, "task lost")]
    public void A_world_without_a_rule_breaks_a_promise(Sabotage sabotage, string promise) =>
        Break(400, promise, seed => new WorldSettings(seed) { Sabotage = sabotage });

    [Fact]
    public void A_margin_that_is_negative_breaks_a_promise()
    {
        var policy = LeasePolicy.Default with { StopAfter = TimeSpan.FromSeconds(6) };

        Assert.NotEmpty(policy.Faults());
        Break(400, "two at once", seed => new WorldSettings(seed) { Policy = policy });
    }

    [Theory]
    [InlineData(Sabotage.NoRegainGrace)]
    [InlineData(Sabotage.LeaseBeforeRows)]
    [Trait("Length", "Long")]
    public void A_world_without_a_rule_against_a_rare_race_breaks_a_promise(Sabotage sabotage) =>
        Break(5_000, "two at once", seed => new WorldSettings(seed) { Sabotage = sabotage, Weather = Weather.Storm });

    [Theory]
    [InlineData(Weather.All)]
    [InlineData(Weather.Storm)]
    [Trait("Length", "Long")]
    public void Twenty_thousand_worlds_keep_every_promise(Weather weather) => Run(1_000_000, 20_000, seed => new WorldSettings(seed) { Weather = weather });

    private sealed record Total(int Losses, int Unconfirmed);

    private Total Run(int first, int count, Func<ulong, WorldSettings> settings)
    {
        var watch = Stopwatch.StartNew();
        var failed = new ConcurrentBag<(ulong Seed, string What)>();
        var (tasks, starts, losses, unconfirmed) = (0, 0, 0, 0);
        Parallel.For(first, first + count, seed =>
        {
            var end = World.Run(settings((ulong)seed));
            Interlocked.Add(ref tasks, end.Tasks);
            Interlocked.Add(ref starts, end.Starts);
            Interlocked.Add(ref losses, end.Losses);
            Interlocked.Add(ref unconfirmed, end.Unconfirmed);
            if (!end.Violations.IsEmpty)
            {
                failed.Add(((ulong)seed, end.Violations[0]));
            }
        });
        output.WriteLine($"{count} worlds, {tasks} tasks, {starts} starts, {losses} losses, {unconfirmed} unconfirmed, {failed.Count} failed, {watch.Elapsed.TotalSeconds:0.0} s");
        if (!failed.IsEmpty)
        {
            var list = failed.OrderBy(each => each.Seed).ToArray();
            output.WriteLine(string.Join('\n', list.Select(each => $"seed {each.Seed}: {each.What}")));
            Keep(settings(list[0].Seed));
        }

        return new Total(losses, unconfirmed);
    }

    private static void Keep(WorldSettings settings)
    {
        var end = World.Run(settings with { Tells = true });
        if (!end.Violations.IsEmpty)
        {
            Assert.Fail($"{settings.Weather} {settings.Seed} breaks a promise (this line belongs into seeds.txt):\n{string.Join('\n', end.Violations)}\n\n{string.Join('\n', end.Strip.TakeLast(StripLines))}");
        }
    }

    /// <summary>Proof that the oracles see: some world among these must break this promise.</summary>
    private void Break(int count, string promise, Func<ulong, WorldSettings> settings)
    {
        var found = Enumerable.Range(1, count)
            .AsParallel()
            .Select(seed => (Seed: seed, World.Run(settings((ulong)seed)).Violations))
            .FirstOrDefault(each => each.Violations.Any(what => what.Contains(promise, StringComparison.Ordinal)));
        Assert.True(found.Seed > 0, $"no world of {count} broke '{promise}'");
        output.WriteLine($"seed {found.Seed}: {found.Violations[0]}");
    }
}
