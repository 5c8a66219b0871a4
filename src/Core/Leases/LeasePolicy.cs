using System.Collections.Immutable;

namespace Granary.Core.Leases;

/// <summary>What a warden does while nobody whom it can ask reaches the database.</summary>
public enum OutageRule
{
    /// <summary>Its attempts run on while every other member of the roster confirms that it cannot reach the database either.</summary>
    Hold,

    /// <summary>Its attempts are stopped as after any other silence.</summary>
    Stop,
}

/// <summary>
/// The times of a lease. Each is measured on the monotonic clock of whoever waits, so hosts need not agree on the hour, only on the length
/// of a second within <see cref="DriftMax"/>. <see cref="Faults"/> holds the relations that make it safe.
/// </summary>
public sealed record LeasePolicy
{
    public static readonly LeasePolicy Default = new();

    /// <summary>From the sending of one renewal to the next. Default 1 s, range 100 ms to 1 min.</summary>
    public TimeSpan RenewEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A renewal without an answer is sent again after this time, and so is whatever else a machine waits for. Default 250 ms, range 10 ms to <see cref="RenewEvery"/>.</summary>
    public TimeSpan RetryEvery { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Silence after which the attempts are stopped, from before the sending of the last renewal that was acknowledged. Default 3.0 s, at least twice <see cref="RenewEvery"/>.</summary>
    public TimeSpan StopAfter { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>A judge that saw the same number for this time may judge the lease lapsed. Default 4.0 s.</summary>
    public TimeSpan LapseAfter { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>The longest time from the decision to stop until the last process is gone; larger than what was measured with 50 containers under full load. Default 700 ms.</summary>
    public TimeSpan KillMax { get; init; } = TimeSpan.FromMilliseconds(700);

    /// <summary>How much faster or slower than true a clock may run, as a fraction. Default 0.01, range 0 to 0.05.</summary>
    public double DriftMax { get; init; } = 0.01;

    /// <summary>Nothing is started with less than this left until <see cref="StopAfter"/>. Default 1 s.</summary>
    public TimeSpan StartMargin { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often a judge reads all leases. Default 500 ms.</summary>
    public TimeSpan ReadEvery { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>A judge that has read nothing for this time says that it cannot reach the database. Default 1.25 s, at least twice <see cref="ReadEvery"/>.</summary>
    public TimeSpan WithoutAfter { get; init; } = TimeSpan.FromMilliseconds(1250);

    /// <summary>How old a confirmation may be that a hold rests on, from before the question was sent. Default 2.5 s.</summary>
    public TimeSpan ConfirmedWithin { get; init; } = TimeSpan.FromMilliseconds(2500);

    /// <summary>A judge that starts, or had to do without the database, judges no lease lapsed for this time after its first success. Default 5.0 s.</summary>
    public TimeSpan RegainGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A lease that is fresh is revoked after nobody served its cell for this time. Default 30 s, range 5 s to 1 h.</summary>
    public TimeSpan ServingGrace { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Lapse as seen by a judge whom the warden did not know to ask; the move is then unconfirmed. Default 30 s, at least <see cref="LapseAfter"/>.</summary>
    public TimeSpan StrangerLapseAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A warden that its silo has not heard for this time is killed and replaced. Default 1 s.</summary>
    public TimeSpan WardenSilentAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A silo that its warden has not heard for this time hangs: it is killed and started again. Default 5 s, range 1 s to <see cref="ServingGrace"/>.</summary>
    public TimeSpan SiloHangsAfter { get; init; } = TimeSpan.FromSeconds(5);

    public OutageRule Outage { get; init; } = OutageRule.Hold;

    /// <summary>Every relation between the times that does not hold, in words; empty when the policy is safe.</summary>
    public ImmutableArray<string> Faults()
    {
        var rules = new BrokenRules();
        rules.Require(RenewEvery >= TimeSpan.FromMilliseconds(100) && RenewEvery <= TimeSpan.FromMinutes(1), "RenewEvery must be between 100 ms and 1 min");
        rules.Require(RetryEvery >= TimeSpan.FromMilliseconds(10) && RetryEvery <= RenewEvery, "RetryEvery must be between 10 ms and RenewEvery");
        rules.Require(DriftMax is >= 0 and <= 0.05, "DriftMax must be between 0 and 0.05");
        rules.Require(KillMax > TimeSpan.Zero, "KillMax must be more than 0 s");
        rules.Require(StopAfter >= RenewEvery * 2, "StopAfter must be at least twice RenewEvery: one lost renewal stops nothing");
        rules.Require(Slow(StopAfter + KillMax) <= Fast(LapseAfter), "StopAfter and KillMax, on a slow clock, must end before LapseAfter on a fast one: else an attempt runs twice");
        rules.Require(StartMargin >= KillMax && StartMargin < StopAfter - RenewEvery, "StartMargin must be at least KillMax and leave room below StopAfter less RenewEvery");
        rules.Require(WithoutAfter >= ReadEvery * 2, "WithoutAfter must be at least twice ReadEvery");
        rules.Require(WithoutAfter + RenewEvery + RetryEvery <= StopAfter, "WithoutAfter, RenewEvery and RetryEvery must fit into StopAfter: else a confirmation comes too late to hold");
        rules.Require(Slow(ConfirmedWithin + KillMax) <= Fast(RegainGrace), "ConfirmedWithin and KillMax, on a slow clock, must end before RegainGrace on a fast one: else an attempt runs twice");
        rules.Require(RegainGrace >= LapseAfter, "RegainGrace must be at least LapseAfter");
        rules.Require(StrangerLapseAfter >= LapseAfter, "StrangerLapseAfter must be at least LapseAfter");
        rules.Require(ServingGrace >= TimeSpan.FromSeconds(5) && ServingGrace <= TimeSpan.FromHours(1), "ServingGrace must be between 5 s and 1 h");
        rules.Require(WardenSilentAfter + RenewEvery + RetryEvery <= StopAfter, "WardenSilentAfter, RenewEvery and RetryEvery must fit into StopAfter: else a silo cannot stand in for a hung warden in time");
        rules.Require(SiloHangsAfter >= TimeSpan.FromSeconds(1) && SiloHangsAfter < ServingGrace, "SiloHangsAfter must be at least 1 s and less than ServingGrace");
        return rules.All;
    }

    /// <summary>What this time may truly last when a clock that runs slow measures it.</summary>
    private TimeSpan Slow(TimeSpan time) => time / (1 - DriftMax);

    /// <summary>What this time may truly last when a clock that runs fast measures it.</summary>
    private TimeSpan Fast(TimeSpan time) => time / (1 + DriftMax);
}
