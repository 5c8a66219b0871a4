using System.Collections.Immutable;
using Granary.Api.Access;
using Granary.Api.Errors;
using Granary.Api.Wire;
using Granary.Client;
using Granary.Core.Jobs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Granary.Api.Jobs;

internal sealed record ShownError(int Code, string Title, string Detail);

internal sealed record ShownWarning(string Detail);

/// <summary>A job as Cloud Foundry shows it (section 0.4).</summary>
internal sealed record JobResponse(
    string Guid,
    string Operation,
    string State,
    ImmutableArray<ShownError> Errors,
    ImmutableArray<ShownWarning> Warnings,
    string CreatedAt,
    string UpdatedAt,
    Dictionary<string, Link> Links)
{
    public static JobResponse Of(JobView view, Links links)
    {
        var job = view.Job;
        var error = job.Failure is { } failure ? CfError.Of(failure) : null;
        return new JobResponse(
            job.Id.ToString(),
            job.Operation,
            error is not null ? "FAILED" : view.IsDone ? "COMPLETE" : "PROCESSING",
            error is null ? [] : [new ShownError(error.Code, error.Title, error.Detail)],
            [.. job.Warnings.Select(each => new ShownWarning(each))],
            WireJson.Second(job.CreatedAt),
            WireJson.Second(job.CreatedAt),
            new Dictionary<string, Link> { ["self"] = links.To($"/v3/jobs/{job.Id}") });
    }
}

/// <summary>Jobs: what goes on after an answer, for clients that wait for it.</summary>
internal static class JobEndpoints
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/v3/jobs/{guid}", Get).AsksToken();

    private static async Task<IResult> Get(string guid, HttpContext http, GranaryClient granary) =>
        await granary.FindJob(new JobId(Guids.Parse(guid, "Job")), http.RequestAborted) is { } job
            ? Reply.Ok(JobResponse.Of(job, new Links(http.Request)))
            : throw new CfException(CfError.NotFound("Job"));
}
