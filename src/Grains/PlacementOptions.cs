using System.ComponentModel.DataAnnotations;

namespace Granary.Grains;

/// <summary>How placement treats cells and its own failures.</summary>
public sealed class PlacementOptions
{
    /// <summary>A cell that has said nothing for this long takes nothing. Default 5 s; range 1 s to 10 min. Cells speak each second (Cells:SpeakEvery).</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan SilentAfter { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Room promised to a task or instance is kept this long if the cell says nothing about it. Default 30 s; range 1 s to 10 min. Only a lost order needs it.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan PromiseKept { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Delay before a task or instance is tried again whose placement failed for a reason of ours. Default 1 s; range 0.1 s to 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>A wait at least this long is told in the story. Default 1 s; range 0 s to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan WaitWorthTelling { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How often the rows of the queue are read again. Default 30 s; range 1 s to 1 h. Only news lost with a silo needs it.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan ReadAgainEvery { get; set; } = TimeSpan.FromSeconds(30);
}
