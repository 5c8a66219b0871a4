namespace Granary.Chaos.Tests;

public sealed class ChaosPlanTests
{
    private static readonly ulong[] Seeds = [.. Enumerable.Range(1, 200).Select(each => (ulong)each)];

    [Fact]
    public void The_same_seed_is_the_same_plan()
    {
        var (first, again) = (ChaosPlan.Draw(7, ChaosSettings.Default), ChaosPlan.Draw(7, ChaosSettings.Default));

        Assert.Equal(first.Tasks.Select(each => each.ToString()), again.Tasks.Select(each => each.ToString()));
        Assert.Equal(first.Faults.AsEnumerable(), again.Faults);
        Assert.NotEqual(first.Faults.AsEnumerable(), ChaosPlan.Draw(8, ChaosSettings.Default).Faults);
    }

    [Fact]
    public void Seeds_draw_every_fault_on_every_host_and_as_many_as_are_asked_for()
    {
        var plans = Seeds.Select(each => ChaosPlan.Draw(each, ChaosSettings.Default)).ToArray();

        Assert.All(plans, each => Assert.Equal(ChaosSettings.Default.Faults, each.Faults.Length));
        Assert.Equal(
            from kind in Fault.Kinds from host in Enumerable.Range(0, 3) select (kind, host),
            plans.SelectMany(each => each.Faults).Select(each => (each.Kind, each.Host)).Distinct().Order());
        Assert.All(plans.SelectMany(each => each.Faults), each => Assert.InRange(each.At, TimeSpan.FromSeconds(3), ChaosSettings.Default.Length));
        Assert.Contains(plans, each => each.Faults.Zip(each.Faults.Skip(1)).Any(pair => pair.Second.At < pair.First.At + pair.First.Lasts));
    }

    [Fact]
    public void Seeds_draw_every_kind_of_task_and_no_guid_twice()
    {
        var tasks = Seeds.SelectMany(each => ChaosPlan.Draw(each, ChaosSettings.Default).Tasks).ToArray();

        Assert.Equal(tasks.Length, tasks.Select(each => each.Id).Distinct().Count());
        Assert.Equal(12, tasks.Select(each => each.Kind).Distinct().Count());
        Assert.Contains(tasks, each => each.ExitOf(1) is null);
        Assert.All(
            new Func<ScriptedTask, bool>[] { each => each.IsRepeated, each => each.ByClient, each => each.RunsOutOfMemory, each => each.FailsOnLoss, each => each.CancelAfter is not null, each => each.DeadlineSeconds is not null, each => each.RetriesMax > 0 },
            has => Assert.Contains(tasks, each => has(each)));
    }
}
