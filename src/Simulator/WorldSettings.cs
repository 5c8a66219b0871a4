using Granary.Core.Leases;

namespace Granary.Simulator;

/// <summary>A rule that the world leaves out, to show that the oracles would notice.</summary>
public enum Sabotage
{
    None,

    /// <summary>Nobody stops attempts when the lease runs out.</summary>
    NoStop,

    /// <summary>A judge that regains the database judges at once.</summary>
    NoRegainGrace,

    /// <summary>A warden holds without asking anybody.</summary>
    HoldUnasked,

    /// <summary>The lease is read before the rows whose attempts it moves.</summary>
    LeaseBeforeRows,

    /// <summary>Kills are not noted on the host.</summary>
    NoKillNotes,

    /// <summary>What is found ended at an adoption is started again under its old number.</summary>
    StartsTwice,

    /// <summary>A report is told once and not repeated.</summary>
    NoRepeat,
}

/// <summary>Which faults a world meets.</summary>
public enum Weather
{
    /// <summary>Every kind, several at once.</summary>
    All,

    /// <summary>Many short ones, one upon the other, on a slow network.</summary>
    Storm,

    /// <summary>None at all.</summary>
    Fair,

    /// <summary>The database alone fails, for half a minute.</summary>
    DatabaseOnly,

    /// <summary>A silo or a warden alone is killed or stopped.</summary>
    OneProcess,
}

/// <summary>A world before it runs: everything follows from these.</summary>
public sealed record WorldSettings(ulong Seed)
{
    public LeasePolicy Policy { get; init; } = LeasePolicy.Default;

    public Weather Weather { get; init; }

    public Sabotage Sabotage { get; init; }

    /// <summary>Whether the film strip is kept.</summary>
    public bool Tells { get; init; }
}
