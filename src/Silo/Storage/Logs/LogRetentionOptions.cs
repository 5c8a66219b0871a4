using System.ComponentModel.DataAnnotations;

namespace Granary.Silo.Storage.Logs;

/// <summary>How long and how much log is kept; section <c>Logs</c>. A value out of its range stops the silo's start.</summary>
public sealed class LogRetentionOptions
{
    /// <summary>Lines older than this are removed. Default 7 days; range 1 min to 3650 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "3650.00:00:00")]
    public TimeSpan AgeMax { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Bytes of text kept of one app; the oldest lines beyond it are removed. Default 64 MiB; range 64 KiB to 1 TiB.</summary>
    [Range(typeof(long), "65536", "1099511627776")]
    public long AppBytesMax { get; set; } = 64L << 20;

    /// <summary>How often lines are removed. Default 1 min; range 1 s to 1 day. Between two rounds an app may exceed its bytes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan Every { get; set; } = TimeSpan.FromMinutes(1);
}
