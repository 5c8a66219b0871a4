using System.Collections.Immutable;
using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Egress;
using Granary.Core.Instances;
using Granary.Grains.Contracts;
using Granary.Grains.Ports;
using Granary.Grains.Tests.Worlds;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Grains.Tests;

/// <summary>The security groups of a space reach the containers that are made for it. What stagings have stands with the other tests of stagings.</summary>
public sealed class EgressTests : IAsyncLifetime
{
    private static readonly EgressRule Rule = new(EgressRule.All, "10.0.0.0/8");

    private World world = null!;

    private IAppGrain App => world.Silo.Grains.GetGrain<IAppGrain>(Keys.App(world.App));

    private ISecurityGroups Groups => world.Silo.Services.GetRequiredService<ISecurityGroups>();

    public async Task InitializeAsync() => world = await World.Begin();

    public async Task DisposeAsync() => await world.DisposeAsync();

    [Fact]
    public async Task A_task_keeps_the_rules_of_its_submit_and_an_instance_those_of_the_start_of_its_app()
    {
        var before = World.Attempt(await world.Running("wait"));
        Assert.Null((await App.ChangeProcess("web", new ProcessChange(Instances: 1, MemoryMb: 64, DiskMb: 64, ChangesCommand: true, Command: "wait"))).Refusal);
        Assert.Null((await App.Desire(DesiredState.Started)).Refusal);
        await Started(Run(1));
        await Groups.Change(SecurityGroup.Default, new SecurityGroupChange(null, [Rule], null, null), default);

        var after = World.Attempt(await world.Running("wait"));
        Assert.Null((await App.RestartInstance("web", 0)).Refusal);
        await Started(Run(2));
        var (again, kept) = (Of(Run(2)), Of(before));
        Assert.Null((await App.Restart()).Refusal);
        await Started(Run(3));

        Assert.Equal((null, null), (kept, again));
        Assert.Equal([Rule], Of(after)!.Value.AsEnumerable());
        Assert.Equal([Rule], Of(Run(3))!.Value.AsEnumerable());
    }

    private AttemptKey Run(int number) => new(InstanceId.Of(new ProcessKey(world.App, "web"), 0).Value, number);

    private Task Started(AttemptKey attempt) => world.Until(() => world.Engine.Starts.Contains(attempt), $"the start of {attempt}");

    private ImmutableArray<EgressRule>? Of(AttemptKey attempt) => world.Engine.SpecOf(attempt)!.Egress;
}
