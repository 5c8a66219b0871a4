using System.ComponentModel.DataAnnotations;
using Granary.Core.Cells;

namespace Granary.Grains.Cells;

/// <summary>One cell as this process serves it.</summary>
public sealed class CellOptions
{
    /// <summary>The cell's name. Default "cell-1". Letters, digits, '-' and '.'.</summary>
    [RegularExpression("^[A-Za-z0-9][A-Za-z0-9.-]{0,62}$", ErrorMessage = "Cell:Name must be 1 to 63 letters, digits, '-' or '.'.")]
    public string Name { get; set; } = "cell-1";

    /// <summary>The isolation segment whose tasks and instances the cell takes, and no others; "shared" for those that belong to none. Default "shared".</summary>
    public string Segment { get; set; } = CellSegment.Shared;

    /// <summary>Memory that attempts may reserve, in MB; 0 takes what the engine has. Default 0.</summary>
    [Range(0, int.MaxValue)]
    public int MemoryMb { get; set; }

    /// <summary>Disk that attempts may reserve, in MB; 0 takes what the engine has. Default 0.</summary>
    [Range(0, int.MaxValue)]
    public int DiskMb { get; set; }

    /// <summary>Time between SIGTERM and SIGKILL. Default 10 s, as Cloud Foundry's cells have it; range 0 s to 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan StopGrace { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Processes and threads of one container. Default 1,024; range 16 to 100,000.</summary>
    [Range(16, 100_000)]
    public int Pids { get; set; } = 1024;

    /// <summary>The address that containers see as theirs (CF_INSTANCE_IP). Default 127.0.0.1.</summary>
    [Required]
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>How often the cell speaks to placement. Default 1 s; range 0.1 s to 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan SpeakEvery { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How often the cell compares the rows of its tasks and instances with what it knows. Default 5 s; range 0.1 s to 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan CompareEvery { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a silo that is a candidate for the cell looks whether the cell's folder is free. Default 100 ms; range 10 ms to 1 min. It is one call to the kernel.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "00:01:00")]
    public TimeSpan CandidateLooksEvery { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How often the engine is asked for a sign of life. Default 1 s; range 0.1 s to 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan ProbeEvery { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Delay before something of ours is tried again that failed and will pass. Default 500 ms; range 10 ms to 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "00:01:00")]
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Log lines wait at most this long to be stored together. Default 200 ms; range 0 s to 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:10")]
    public TimeSpan LogDelay { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Log lines stored in one transaction at most. Default 512; range 1 to 10,000.</summary>
    [Range(1, 10_000)]
    public int LogBatch { get; set; } = 512;

    /// <summary>How long a start waits for the attempts that were placed on the cell before it. Default 10 s; range 0 s, which lets starts overtake each other, to 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan StartTurnMax { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the cell measures what its attempts use for one who asks (cf app); what is not measured by then is not told. Default 2 s; range 0.1 s to 2.5 s: who asks waits 3 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:00:02.5")]
    public TimeSpan UsageMax { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a container of the cell that no row knows is left alone. Default 10 min; range 10 s to 7 days: time enough to notice that a database was restored from an old backup.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "7.00:00:00")]
    public TimeSpan OrphanAge { get; set; } = TimeSpan.FromMinutes(10);
}
