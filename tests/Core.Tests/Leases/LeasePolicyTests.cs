using Granary.Core.Leases;

namespace Granary.Core.Tests.Leases;

public sealed class LeasePolicyTests
{
    [Fact]
    public void The_defaults_are_safe() => Assert.Empty(LeasePolicy.Default.Faults());

    public static TheoryData<string> Relations => new(Unsafe.Keys);

    /// <summary>Each breaks one relation, named by the option with which its fault begins.</summary>
    private static readonly Dictionary<string, Func<LeasePolicy, LeasePolicy>> Unsafe = new()
    {
        ["RenewEvery must be between"] = policy => policy with { RenewEvery = TimeSpan.FromMilliseconds(50) },
        ["RetryEvery"] = policy => policy with { RetryEvery = TimeSpan.FromSeconds(2) },
        ["DriftMax"] = policy => policy with { DriftMax = 0.06 },
        ["KillMax"] = policy => policy with { KillMax = TimeSpan.Zero },
        ["StopAfter must be"] = policy => policy with { StopAfter = TimeSpan.FromSeconds(1.9) },
        ["StopAfter and KillMax"] = policy => policy with { StopAfter = TimeSpan.FromSeconds(3.4) },
        ["StartMargin"] = policy => policy with { StartMargin = TimeSpan.FromMilliseconds(100) },
        ["WithoutAfter must be"] = policy => policy with { ReadEvery = TimeSpan.FromSeconds(1) },
        ["WithoutAfter, RenewEvery"] = policy => policy with { WithoutAfter = TimeSpan.FromSeconds(2) },
        ["ConfirmedWithin and KillMax"] = policy => policy with { ConfirmedWithin = TimeSpan.FromSeconds(4.5) },
        ["RegainGrace"] = policy => policy with { RegainGrace = TimeSpan.FromSeconds(3.9) },
        ["StrangerLapseAfter"] = policy => policy with { StrangerLapseAfter = TimeSpan.FromSeconds(3) },
        ["ServingGrace"] = policy => policy with { ServingGrace = TimeSpan.FromSeconds(4) },
        ["WardenSilentAfter"] = policy => policy with { WardenSilentAfter = TimeSpan.FromSeconds(2) },
        ["SiloHangsAfter"] = policy => policy with { SiloHangsAfter = TimeSpan.FromSeconds(40) },
    };

    [Theory]
    [MemberData(nameof(Relations))]
    public void A_policy_that_breaks_a_relation_says_which(string relation) =>
        Assert.Contains(Unsafe[relation](LeasePolicy.Default).Faults(), fault => fault.StartsWith(relation, StringComparison.Ordinal));
}
