using System.Diagnostics;
using Granary.Core.Leases;
using Granary.Testing;
using Xunit.Abstractions;

namespace Granary.Warden.Tests;

/// <summary>The time that a lease allows for killing is larger than what killing takes.</summary>
[Collection(nameof(Cage))]
public class KillTimeTests(ITestOutputHelper output)
{
    private const int Containers = 50;

    [Theory]
    [InlineData(GroupKind.Freezer)]
    [InlineData(GroupKind.Unified)]
    public async Task Fifty_busy_containers_are_gone_in_time_on_a_machine_under_full_load(GroupKind kind)
    {
        await using var cage = new Cage(kind);
        for (var number = 0; number < Containers; number++)
        {
            // As in a container: an init process, and what it runs.
            await cage.Start(Cage.NewAttempt(), "(while :; do :; done) & wait", $"c{number}");
        }

        await Rehearse(kind);
        using var load = new CpuLoad(threadsPerCore: 4);
        var began = Stopwatch.GetTimestamp();
        await cage.Group.Freeze(default);
        var frozen = Stopwatch.GetElapsedTime(began);
        var attempts = cage.Group.Attempts();
        var named = Stopwatch.GetElapsedTime(began);
        var left = cage.Group.Kill(attempts);
        var killed = Stopwatch.GetElapsedTime(began);

        output.WriteLine($"{kind}: frozen after {frozen.TotalMilliseconds:0} ms, named after {named.TotalMilliseconds:0} ms, gone after {killed.TotalMilliseconds:0} ms");
        Assert.Equal(Containers, attempts.Length);
        Assert.Empty(left);
        Assert.True(cage.Group.IsEmpty);
        Assert.True(killed < LeasePolicy.Default.KillMax, $"It took {killed.TotalMilliseconds:0} ms.");
    }

    /// <summary>A warden has killed before: this is not to measure the compiler.</summary>
    private static async Task Rehearse(GroupKind kind)
    {
        await using var cage = new Cage(kind);
        await cage.Start(Cage.NewAttempt(), "while :; do :; done");
        await cage.Group.Freeze(default);
        await cage.KillAll();
    }
}
