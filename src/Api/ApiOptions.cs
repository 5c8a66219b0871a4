using System.ComponentModel.DataAnnotations;

namespace Granary.Api;

/// <summary>Bounds of the HTTP edge; section <c>Api</c>. A value out of its range is refused at start.</summary>
public sealed class ApiOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Api";

    /// <summary>The largest request body but for uploads, in bytes. Default 1 MiB, range 16 KiB to 64 MiB; a larger one is answered with 413 and not read.</summary>
    [Range(16 * 1024, 64 * 1024 * 1024)]
    public long BodyBytesMax { get; set; } = 1024 * 1024;

    /// <summary>The largest upload of bits, in bytes. Default 1 GiB, range 1 MiB to 64 GiB; a larger one is answered with 413.</summary>
    [Range(1024L * 1024, 64L * 1024 * 1024 * 1024)]
    public long UploadBytesMax { get; set; } = 1024L * 1024 * 1024;

    /// <summary>The largest manifest, in bytes. Default 1 MiB, as in Cloud Foundry, range 16 KiB to 16 MiB; a larger one is answered with 400.</summary>
    [Range(16 * 1024, 16 * 1024 * 1024)]
    public int ManifestBytesMax { get; set; } = 1024 * 1024;

    /// <summary>The longest request line, in bytes. Default 64 KiB, range 8 KiB to 1 MiB; cf asks for 200 guids in one line.</summary>
    [Range(8 * 1024, 1024 * 1024)]
    public int RequestLineBytesMax { get; set; } = 64 * 1024;

    /// <summary>The address by which clients reach the API, where a proxy stands before it: links are made of it. Default: none; then each request's own.</summary>
    [Url]
    public string? Url { get; set; }

    /// <summary>How long a request may take, but for uploads, builds and the log of an app. Default 30 s, range 1 s to 1 h; then it is answered with 503.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an upload may take, the check of its bits included, and a build. Default 30 min, range 10 s to 1 day; then it is answered with 503.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "1.00:00:00")]
    public TimeSpan UploadTimeout { get; set; } = TimeSpan.FromMinutes(30);
}
