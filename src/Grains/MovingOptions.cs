using System.ComponentModel.DataAnnotations;

namespace Granary.Grains;

/// <summary>How attempts are moved off cells whose lease has ended; section <c>Moving</c>.</summary>
public sealed class MovingOptions
{
    /// <summary>How often it is looked for leases that have ended. Default 250 ms; range 100 ms to 1 min. One query a time in the whole cluster.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan LookEvery { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Attempts moved at once when many are lost together. Default 200; range 1 to 100,000.</summary>
    [Range(1, 100_000)]
    public int Burst { get; set; } = 200;

    /// <summary>Attempts moved in each second after that. Default 50; range 1 to 100,000.</summary>
    [Range(1, 100_000)]
    public int PerSecond { get; set; } = 50;
}
