using System.ComponentModel.DataAnnotations;
using Granary.Core.Leases;

namespace Granary.Silo.Wardens;

/// <summary>Who enforces the lease of a cell.</summary>
public enum LeaseEnforcer
{
    /// <summary>A process of its own, which outlives silos, starts them again when they die and kills them when they hang.</summary>
    Warden,

    /// <summary>The silo itself. Nobody is there when it is gone, so leases lapse later and every move is unconfirmed.</summary>
    Silo,
}

/// <summary>
/// The lease of a cell in a cluster; section <c>Lease</c>. All silos of a cluster must have the same. With SQLite there is none. What the times mean to
/// each other is in docs/decisions/0006-a-lease-is-judged-by-who-answers-for-it.md; a relation that does not hold stops the silo's start.
/// </summary>
public sealed class LeaseOptions : IValidatableObject
{
    /// <summary>How much longer a lease lasts that nobody outlives its silo to enforce.</summary>
    private static readonly TimeSpan UnattendedLapse = TimeSpan.FromSeconds(10);

    /// <summary>Who enforces the lease: Warden or Silo. Default Warden.</summary>
    public LeaseEnforcer EnforcedBy { get; set; } = LeaseEnforcer.Warden;

    /// <summary>What happens while nobody reaches the database: Hold or Stop. Default Hold: containers run on as long as every other cell confirms that it does not reach it either.</summary>
    public OutageRule Outage { get; set; } = OutageRule.Hold;

    /// <summary>From one renewal to the next. Default 1 s; at least 0.25 s, and 1.5 s less than StopAfter at the most.</summary>
    public TimeSpan RenewEvery { get; set; } = LeasePolicy.Default.RenewEvery;

    /// <summary>Silence after which a cell stops its own attempts. Default 3 s; at least twice RenewEvery, and 1.5 s more than it.</summary>
    public TimeSpan StopAfter { get; set; } = LeasePolicy.Default.StopAfter;

    /// <summary>Silence after which others may move them. Default 4 s, and 10 s where the silo enforces the lease; more than StopAfter and KillMax together, with 1 % for each clock, and at most 30 s.</summary>
    public TimeSpan? LapseAfter { get; set; }

    /// <summary>The longest time in which all attempts of a cell are killed. Default 0.7 s; more than 0 s, at most 1 s, and more than was measured with 50 containers under full load.</summary>
    public TimeSpan KillMax { get; set; } = LeasePolicy.Default.KillMax;

    /// <summary>How often the leases of others are read. Default 0.25 s; range 0.05 s to 0.6 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:00:00.6")]
    public TimeSpan ReadEvery { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>A cell with a fresh lease that nobody serves loses it after this time. Default 30 s; range 5 s to 1 h.</summary>
    public TimeSpan ServingGrace { get; set; } = LeasePolicy.Default.ServingGrace;

    /// <summary>A silo that its warden has not heard for this time is killed and started again. Default 5 s; at least 1 s, and less than ServingGrace.</summary>
    public TimeSpan SiloHangsAfter { get; set; } = LeasePolicy.Default.SiloHangsAfter;

    /// <summary>How long what runs may take to end by itself when the warden is told to end; then it is stopped with its grace and runs elsewhere. Default 30 s; range 0 s, which kills at once, to 1 h. A service manager must wait longer.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan EndingDrain { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The UDP port at which other cells ask whether this one reaches the database. Default 0, any free one: it stands in the lease's row. Range 0 to 65,535.</summary>
    [Range(0, 65535)]
    public int Port { get; set; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        Policy().Faults().Select(fault => new ValidationResult($"Lease: {fault}."));

    internal LeasePolicy Policy() => LeasePolicy.Default with
    {
        Outage = Outage,
        RenewEvery = RenewEvery,
        StopAfter = StopAfter,
        LapseAfter = Lapse,
        RegainGrace = Lapse > LeasePolicy.Default.RegainGrace ? Lapse : LeasePolicy.Default.RegainGrace,
        KillMax = KillMax,
        ReadEvery = ReadEvery,
        ServingGrace = ServingGrace,
        SiloHangsAfter = SiloHangsAfter,
    };

    private TimeSpan Lapse => LapseAfter ?? (EnforcedBy == LeaseEnforcer.Silo ? UnattendedLapse : LeasePolicy.Default.LapseAfter);
}
