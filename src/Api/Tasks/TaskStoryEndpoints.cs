using Granary.Api.Access;
using Granary.Api.Wire;
using Granary.Client;
using Granary.Core.Access;
using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Stories;
using Granary.Core.Tasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Granary.Api.Tasks;

internal sealed record ShownEntry(string At, int Attempt, string? Cell, string Text)
{
    public static IReadOnlyList<ShownEntry> All(Story story) => [.. story.Entries.Select(each => new ShownEntry(WireJson.Instant(each.At), each.Attempt, each.Cell, each.Text))];
}

/// <summary>Everything there is to know about a task; Cloud Foundry's fields keep their names.</summary>
/// <param name="Attempt">The newest attempt; 0 before the first.</param>
/// <param name="WhyWaiting">While PENDING: why no cell has taken it, in words; null when it is not known to wait.</param>
/// <param name="ExitCode">Of the newest attempt, once it has ended by itself or by our stop.</param>
internal sealed record TaskStoryResponse(
    string Guid,
    string AppGuid,
    int SequenceId,
    string Name,
    string Command,
    string? User,
    string State,
    string? WhyWaiting,
    TaskResult Result,
    int? ExitCode,
    int Attempt,
    string? Cell,
    AttemptCounters Counters,
    int MemoryInMb,
    int DiskInMb,
    long LogRateLimitInBytesPerSecond,
    string DropletGuid,
    string Network,
    string IsolationSegment,
    int RetriesMax,
    int LossesMax,
    string OnCellLoss,
    int? DeadlineInSeconds,
    string? DeadlineAt,
    string? NotBefore,
    string CreatedAt,
    string UpdatedAt,
    ShownMetadata Metadata,
    IReadOnlyList<ShownEntry> Story,
    int StoryOmitted)
{
    public const string Hidden = "[PRIVATE DATA HIDDEN]";

    public static TaskStoryResponse Of(TaskState task, string? whyWaiting, bool showsCommand)
    {
        var spec = task.Spec!;
        return new TaskStoryResponse(
            task.Id.ToString(),
            task.App.ToString(),
            task.SequenceId,
            spec.Name,
            showsCommand ? spec.Command : Hidden,
            spec.User,
            TaskMachine.Upper(task.Phase),
            whyWaiting,
            new TaskResult(task.FailureReason),
            task.ExitCode,
            task.Attempt,
            task.Cell?.Name,
            task.Counters,
            spec.MemoryMb,
            spec.DiskMb,
            spec.LogBytesPerSecond,
            spec.Droplet.ToString(),
            spec.Network.ToString().ToLowerInvariant(),
            spec.Segment ?? CellSegment.Shared,
            spec.Policy.RetriesMax,
            spec.Policy.LossesMax,
            spec.Policy.OnCellLoss.ToString().ToLowerInvariant(),
            (int?)spec.Deadline?.TotalSeconds,
            Shown(task.DeadlineAt),
            Shown(task.NotBefore),
            WireJson.Instant(task.CreatedAt),
            WireJson.Instant(task.UpdatedAt),
            ShownMetadata.Of(task.Metadata),
            ShownEntry.All(task.Story),
            task.Story.Omitted);
    }

    private static string? Shown(DateTimeOffset? at) => at is { } instant ? WireJson.Instant(instant) : null;
}

/// <summary>A task with its story: Granary's own.</summary>
internal static class TaskStoryEndpoints
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/api/tasks/{guid}", Get).Asks(Right.SeeApps, Thing.Task);

    private static async Task<IResult> Get(string guid, HttpContext http, GranaryClient granary)
    {
        var task = await granary.GetTask(guid, http.RequestAborted);
        var why = task.Phase == TaskPhase.Pending ? await granary.WhyWaiting(task.Id, http.RequestAborted) : null;
        return Reply.Ok(TaskStoryResponse.Of(task, why, http.SeesSecrets()));
    }
}
