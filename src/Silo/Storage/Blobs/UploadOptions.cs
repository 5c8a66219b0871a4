using System.ComponentModel.DataAnnotations;

namespace Granary.Silo.Storage.Blobs;

/// <summary>How long uploads that were broken off are kept; section <c>Uploads</c>. A value out of its range stops the silo's start.</summary>
public sealed class UploadOptions
{
    /// <summary>What is left of an upload whose client went away, or whose silo died, is removed when nothing has been added to it for this long. Default 1 day; range 1 s to 365 days. A client that pauses longer begins again. Bits whose silo died before their package was saved go as late after the end of their upload, and bits of what was deleted as late after that, both after 1 h at the least.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00")]
    public TimeSpan AgeMax { get; set; } = TimeSpan.FromDays(1);

    /// <summary>How often such remains are looked for, the first time when the silo starts. Default 10 min; range 1 s to 1 day.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan Every { get; set; } = TimeSpan.FromMinutes(10);
}
