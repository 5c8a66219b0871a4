using Granary.Simulator;
using Granary.Simulator.Plans;

namespace Granary.Simulation.Tests;

/// <summary>What people write, and what they are told when it is wrong.</summary>
public sealed class ScenarioTests
{
    [Theory]
    [InlineData("cells many", "line 1: 'cells many': it is a whole number or a range: cells 5")]
    [InlineData("cells 5 memory=1", "line 1: memory=1: it is a size with its unit (M, G), for example 512M or 64M|128M")]
    [InlineData("tasks 10 lasts=10", "line 1: lasts=10: it is a time with its unit (ms, s, m, h), for example 10s or 500ms..8s or 1s|1m")]
    [InlineData("tasks 10 fail=2", "line 1: fail=2: it is a share of 0% to 100%, for example 25%")]
    [InlineData("cells 3\nsilo 3", "line 2: 'silo' means nothing here: a line begins with apps, app, cells")]
    [InlineData("silos 3 memory=1G", "line 1: 'silos' has no setting 'memory'")]
    [InlineData("kill-cell every=soon", "line 1: every=soon: it is a time")]
    [InlineData("faults 3 kinds=kill-cat", "line 1: kinds=kill-cat: the kinds are all, kill-silo")]
    [InlineData("policy stop-after=9s", "line 1: StopAfter and KillMax, on a slow clock, must end before LapseAfter on a fast one: else an attempt runs twice")]
    [InlineData("app changes=grow@3s", "line 1: changes=grow@3s: it is scale-N@TIME")]
    public void What_is_wrong_is_told_with_the_right_form(string text, string expected)
    {
        var (_, faults) = ScenarioText.Read(text);

        Assert.StartsWith(expected, Assert.Single(faults), StringComparison.Ordinal);
    }

    [Fact]
    public void All_faults_of_a_text_are_told_at_once()
    {
        var (_, faults) = ScenarioText.Read("cells x memory=1\n# a comment\n\ntasks y");

        Assert.Equal(3, faults.Length);
    }

    [Fact]
    public void Every_fault_has_a_switch_of_its_own() => Assert.All(FaultKinds.All, kind =>
    {
        var plan = ManyWorlds.Read($"cells 3\n{FaultKinds.Word(kind)} at=5s for=2s").Plan(1);

        Assert.Equal(kind, Assert.Single(plan.Faults).Kind);
        Assert.Empty(World.Run(plan).Violations);
    });

    [Theory]
    [InlineData(Scenarios.Standard)]
    [InlineData(Scenarios.Storm)]
    public void A_plan_that_is_written_and_read_is_the_same_world(string text) => Assert.All(Enumerable.Range(1, 20), seed =>
    {
        var plan = ManyWorlds.Read(text).Plan((ulong)seed);
        var again = ManyWorlds.Read(PlanText.Write(plan, "written")).Plan(plan.Seed);

        Assert.Equal(World.Run(plan, new WorldOptions { Tells = true }).Log.AsEnumerable(), World.Run(again, new WorldOptions { Tells = true }).Log);
    });

    [Fact]
    public void Faults_come_as_often_as_they_are_told_to()
    {
        var plan = ManyWorlds.Read("cells 3\nkill-cell every=10s for=2s\nmended 60s").Plan(1);

        Assert.Equal([10, 20, 30, 40, 50], plan.Faults.Select(each => each.At.TotalSeconds));
    }

    [Fact]
    public void The_samples_keep_every_promise() => Assert.All(
        Directory.EnumerateFiles(Testing.Repository.PathOf("samples", "scenarios"), "*.world").Where(path => Path.GetFileName(path) != "large.world").Order(StringComparer.Ordinal),
        path => Assert.Empty(World.Run(ManyWorlds.Read(File.ReadAllText(path)).Plan(1)).Violations));
}
