using System.Text.Json.Serialization;
using Granary.Api.Wire;
using Granary.Core.Tasks;

namespace Granary.Api.Tasks;

internal sealed record TaskResult(string? FailureReason);

/// <summary>A task as Cloud Foundry shows it (section 1.2).</summary>
/// <param name="Command">Absent, not null, where it is not to be shown.</param>
internal sealed record TaskResponse(
    string Guid,
    int SequenceId,
    string Name,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Command,
    string? User,
    string State,
    int MemoryInMb,
    int DiskInMb,
    long LogRateLimitInBytesPerSecond,
    TaskResult Result,
    string DropletGuid,
    ShownMetadata Metadata,
    string CreatedAt,
    string UpdatedAt,
    OfApp Relationships,
    Dictionary<string, Link> Links)
{
    public static TaskResponse Of(TaskState task, Links links, bool showsCommand = true)
    {
        var spec = task.Spec!;
        return new TaskResponse(
            task.Id.ToString(),
            task.SequenceId,
            spec.Name,
            showsCommand ? spec.Command : null,
            spec.User,
            TaskMachine.Upper(task.Phase),
            spec.MemoryMb,
            spec.DiskMb,
            spec.LogBytesPerSecond,
            new TaskResult(task.FailureReason),
            spec.Droplet.ToString(),
            ShownMetadata.Of(task.Metadata),
            WireJson.Second(task.CreatedAt),
            WireJson.Second(task.UpdatedAt),
            OfApp.Of(task.App),
            new Dictionary<string, Link>
            {
                ["self"] = links.To($"/v3/tasks/{task.Id}"),
                ["app"] = links.To($"/v3/apps/{task.App}"),
                ["cancel"] = links.To($"/v3/tasks/{task.Id}/actions/cancel", "POST"),
                ["droplet"] = links.To($"/v3/droplets/{spec.Droplet}"),
            });
    }
}
