using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Granary.Core.Attempts;
using Granary.Core.Leases;
using Granary.Core.Runtime;
using Granary.Core.Tasks;
using Granary.Silo.Wardens;
using Granary.Testing;
using Xunit.Abstractions;

namespace Granary.Docker.Tests;

/// <summary>A cell whose containers share a control group, by which they are stopped without the engine.</summary>
public class SharedGroupTests(SharedEngine engine, ITestOutputHelper output) : EngineTests(engine)
{
    private readonly string parent = CellGroup.ParentOf(new($"cell-{Guid.NewGuid():N}"), "/nowhere", CellGroup.Cgroupfs);

    [Fact]
    public async Task Containers_are_frozen_named_and_killed_by_the_group_and_the_engine_says_137()
    {
        await using var cell = new Cell(Engine, options => options.CgroupParent = parent, "grouped");
        var group = CellGroup.Open(parent);
        var (first, second) = (await Started(cell, "while :; do :; done"), await Started(cell, "sleep 1000 & sleep 1000"));

        await group.Freeze(default);
        var attempts = group.Attempts();
        var left = await Swept(group, first);

        Assert.Equal(new[] { first, second }.ToHashSet(), attempts.ToHashSet());
        Assert.Equal(second, Assert.Single(left));
        var killed = await cell.Runtime.Wait(first, default).WaitAsync(Cell.Patience);
        Assert.Equal((ContainerPhase.Exited, 137), (killed.Phase, killed.ExitCode));
        Assert.Equal(ContainerPhase.Running, (await cell.Runtime.Find(second, default))!.Phase);
        Assert.True(group.IsFrozen);
        Assert.Empty(await Swept(group, second));
        Assert.Equal(137, (await cell.Runtime.Wait(second, default).WaitAsync(Cell.Patience)).ExitCode);
        group.Thaw();
        await Clean(cell, group, first, second);
    }

    [Fact]
    public async Task A_start_in_flight_into_the_frozen_group_never_runs_and_is_killed_without_a_note()
    {
        await using var cell = new Cell(Engine, options => options.CgroupParent = parent, "grouped");
        var group = CellGroup.Open(parent);
        var attempt = await cell.Created(Spec(cell, "echo ran; sleep 1000"));
        await group.Freeze(default);

        var start = cell.Runtime.Start(attempt, default);
        while (group.IsEmpty)
        {
            await Task.Delay(2);
        }

        // What came into the group is the engine's own at first, and may have become the attempt's by now.
        while (!start.IsCompleted)
        {
            group.Kill([attempt]);
            await Task.Delay(2);
        }

        Assert.Empty(await Swept(group, attempt));
        var outcome = await start;
        var report = await cell.Runtime.Find(attempt, default);
        Assert.True(outcome is StartOutcome.Impossible || report!.ExitCode == 137, $"{outcome}, {report}");
        Assert.True(group.IsEmpty);
        group.Thaw();
        await Clean(cell, group, attempt);
    }

    [Fact]
    [Trait("Length", "Long")]
    public async Task Fifty_busy_containers_are_gone_in_time_on_a_machine_under_full_load()
    {
        await using var cell = new Cell(Engine, options => options.CgroupParent = parent, "grouped");
        var group = CellGroup.Open(parent);
        var attempts = new List<AttemptKey>();
        for (var count = 0; count < 50; count++)
        {
            attempts.Add(await Started(cell, "while :; do :; done"));
        }

        await Rehearsal.Run(parent, default); // As its warden does first of all.
        using var load = new CpuLoad(threadsPerCore: 4);
        var began = Stopwatch.GetTimestamp();
        await group.Freeze(default);
        var frozen = Stopwatch.GetElapsedTime(began);
        var named = group.Attempts();
        var seen = Stopwatch.GetElapsedTime(began);
        var left = group.Kill(named);
        var killed = Stopwatch.GetElapsedTime(began);

        output.WriteLine($"frozen after {frozen.TotalMilliseconds:0} ms, named after {seen.TotalMilliseconds:0} ms, gone after {killed.TotalMilliseconds:0} ms");
        Assert.Equal(attempts.Count, named.Length);
        Assert.Empty(left);
        Assert.True(killed < LeasePolicy.Default.KillMax, $"It took {killed.TotalMilliseconds:0} ms.");
        group.Thaw();
        await Clean(cell, group, [.. attempts]);
    }

    /// <summary>What is left when an attempt is gone: one sweep waits for that only as long as a lease lets it, and the next goes on.</summary>
    private static async Task<ImmutableArray<AttemptKey>> Swept(ICellGroup group, AttemptKey victim)
    {
        ImmutableArray<AttemptKey> left = [];
        await Waiting.Until(() => Task.FromResult(!(left = group.Kill([victim])).Contains(victim)), $"the end of {victim}", Cell.Patience);
        return left;
    }

    private static async Task<AttemptKey> Started(Cell cell, string command) => await cell.Started(Spec(cell, command));

    private static ContainerSpec Spec(Cell cell, string command)
    {
        var spec = cell.Image(command);
        return spec with
        {
            Environment = spec.Environment
                .Add(TaskEnvironment.GuidVariable, spec.Attempt.Work.ToString("D"))
                .Add(TaskEnvironment.AttemptVariable, spec.Attempt.Number.ToString(CultureInfo.InvariantCulture)),
        };
    }

    /// <summary>The groups below stay with the kernel until the containers are removed.</summary>
    private async Task Clean(Cell cell, ICellGroup group, params AttemptKey[] attempts)
    {
        Assert.True(group.IsEmpty);
        foreach (var attempt in attempts)
        {
            await cell.Runtime.Remove(attempt, default);
        }

        foreach (var folder in Directory.GetDirectories("/sys/fs/cgroup").Select(mount => mount + parent).Where(Directory.Exists))
        {
            Directory.Delete(folder);
        }
    }
}
