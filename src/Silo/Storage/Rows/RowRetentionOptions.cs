using System.ComponentModel.DataAnnotations;

namespace Granary.Silo.Storage.Rows;

/// <summary>How long what is over is kept; section <c>Retention</c>. A value out of its range stops the silo's start.</summary>
public sealed class RowRetentionOptions
{
    /// <summary>Tasks that have ended are removed, with their stories, when nothing of them was changed for this long. Default 31 days, as in Cloud Foundry; range 1 min to 3650 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "3650.00:00:00")]
    public TimeSpan TasksAgeMax { get; set; } = TimeSpan.FromDays(31);

    /// <summary>Events of the audit older than this are removed. Default 31 days, as in Cloud Foundry; range 1 min to 3650 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "3650.00:00:00")]
    public TimeSpan EventsAgeMax { get; set; } = TimeSpan.FromDays(31);

    /// <summary>Usage events older than this are removed. Default 31 days, as in Cloud Foundry; range 1 min to 3650 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "3650.00:00:00")]
    public TimeSpan UsageAgeMax { get; set; } = TimeSpan.FromDays(31);

    /// <summary>Jobs older than this are removed. Default 90 days, as in Cloud Foundry; range 1 min to 3650 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "3650.00:00:00")]
    public TimeSpan JobsAgeMax { get; set; } = TimeSpan.FromDays(90);

    /// <summary>How often such rows are removed. Default 10 min; range 1 s to 1 day.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan Every { get; set; } = TimeSpan.FromMinutes(10);
}
