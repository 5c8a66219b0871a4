using System.Collections.Concurrent;
using System.Diagnostics;
using Granary.Core.Leases;
using Granary.Simulator;
using Granary.Testing;
using Xunit.Abstractions;

namespace Granary.Simulation.Tests;

/// <summary>The production rules in seeded worlds. A world that breaks a promise prints its seed and its film strip.</summary>
public sealed class WorldTests(ITestOutputHelper output)
{
    private const int Worlds = 1_000;

    [Fact]
    public void A_thousand_worlds_keep_every_promise() => Run(1, Worlds, seed => new WorldSettings(seed));

    [Fact]
    [Trait("Length", "Long")]
    public void A_hundred_thousand_worlds_keep_every_promise() => Run(1_000_000, 100_000, seed => new WorldSettings(seed));

    private void Run(int first, int count, Func<ulong, WorldSettings> settings)
    {
        var watch = Stopwatch.StartNew();
        var failed = new ConcurrentBag<(ulong Seed, string What)>();
        var (starts, tasks, unconfirmed) = (0, 0, 0);
        Parallel.For(first, first + count, seed =>
        {
            var end = World.Run(settings((ulong)seed));
            Interlocked.Add(ref starts, end.Starts);
            Interlocked.Add(ref tasks, end.Tasks);
            Interlocked.Add(ref unconfirmed, end.Unconfirmed);
            if (!end.Violations.IsEmpty)
            {
                failed.Add(((ulong)seed, end.Violations[0]));
            }
        });
        output.WriteLine($"{count} worlds, {tasks} tasks, {starts} starts, {unconfirmed} unconfirmed, {failed.Count} failed, {watch.Elapsed.TotalSeconds:0.0} s");
        if (failed.IsEmpty)
        {
            return;
        }

        var worst = failed.MinBy(each => each.Seed);
        var strip = World.Run(settings(worst.Seed) with { Tells = true }).Strip;
        Assert.Fail($"{failed.Count} of {count} worlds broke a promise:\n{string.Join('\n', failed.OrderBy(each => each.Seed).Take(40).Select(each => $"seed {each.Seed}: {each.What}"))}\n\nThe world of seed {worst.Seed}:\n{string.Join('\n', strip.TakeLast(400))}");
    }
}
