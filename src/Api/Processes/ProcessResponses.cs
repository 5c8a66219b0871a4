using Granary.Api.Wire;
using Granary.Core.Tasks;

namespace Granary.Api.Processes;

internal sealed record HealthCheck(string Type, object Data);

/// <summary>A process as Cloud Foundry shows it: as the next start of its app takes it.</summary>
internal sealed record ProcessResponse(
    string Guid,
    string Type,
    string? Command,
    int Instances,
    int MemoryInMb,
    int DiskInMb,
    long LogRateLimitInBytesPerSecond,
    HealthCheck HealthCheck,
    ShownMetadata Metadata,
    string CreatedAt,
    string UpdatedAt,
    OfApp Relationships,
    Dictionary<string, Link> Links)
{
    public const string Hidden = "[PRIVATE DATA HIDDEN IN LISTS]";

    public static ProcessResponse Of(Process process, TaskPolicy policy, Links links, bool showsCommand = true) => new(
        process.Guid,
        process.Type,
        showsCommand || process.Command is null ? process.Command : Hidden,
        process.Instances,
        process.Settings.MemoryMb ?? policy.MemoryMb,
        process.Settings.DiskMb ?? policy.DiskMb,
        process.Settings.LogBytesPerSecond ?? policy.LogBytesPerSecond,
        new HealthCheck("process", new { Timeout = (int?)null, InvocationTimeout = (int?)null }),
        ShownMetadata.Of(Core.Apps.Metadata.Empty),
        WireJson.Second(process.App.CreatedAt),
        WireJson.Second(process.App.UpdatedAt),
        OfApp.Of(process.App.Id),
        new Dictionary<string, Link>
        {
            ["self"] = links.To($"/v3/processes/{process.Guid}"),
            ["app"] = links.To($"/v3/apps/{process.App.Id}"),
            ["space"] = links.To($"/v3/spaces/{process.App.Space}"),
            ["stats"] = links.To($"/v3/processes/{process.Guid}/stats"),
        });
}
