using System.ComponentModel.DataAnnotations;

namespace Granary.Silo;

/// <summary>
/// How the silos of a cluster find each other, and how soon they hold one for dead; section <c>Cluster</c>. All silos of a cluster should have the
/// same. With SQLite there is one silo, and only the two names count. A value out of its range stops the silo's start.
/// </summary>
public sealed class MembershipOptions
{
    /// <summary>Which cluster the silo joins, among those that share a database. Default "granary".</summary>
    [Required]
    [StringLength(100)]
    public string ClusterId { get; set; } = "granary";

    /// <summary>Whose rows the silo reads and writes. Default "granary". It is part of every row's key: another name finds none of the rows that there are.</summary>
    [Required]
    [StringLength(100)]
    public string ServiceId { get; set; } = "granary";

    /// <summary>How often a silo is probed, and how long it may take to answer. Default 1 s; range 0.2 s to 1 min. A silo that was killed is held for dead after about one of these, because its connections break.</summary>
    [Range(typeof(TimeSpan), "00:00:00.2", "00:01:00")]
    public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Probes that a silo may miss, one after another, before it is suspected. Default 3; range 1 to 20. A silo that hangs is held for dead after about this many probes and two more.</summary>
    [Range(1, 20)]
    public int MissedProbesMax { get; set; } = 3;

    /// <summary>Silos that must suspect one before it is held for dead; never more than half of those that live. Default 2; range 1 to 10.</summary>
    [Range(1, 10)]
    public int Votes { get; set; } = 2;

    /// <summary>How often the list of silos is read from the database, besides the news that silos tell each other. Default 5 s; range 1 s to 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan ReadListEvery { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a silo writes into the list that it lives. Default 5 s; range 1 s to 10 min. After the loss of all silos at once, new ones at other addresses wait for about four of these.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan SignEvery { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a silo tries to join before its start fails. Default 1 min; range 1 s to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan JoinMax { get; set; } = TimeSpan.FromMinutes(1);
}
