using Granary.Api.Errors;
using Granary.Core.Jobs;
using Microsoft.AspNetCore.Http;

namespace Granary.Api.Wire;

/// <summary>Answers in Granary's JSON.</summary>
internal static class Reply
{
    public static IResult Ok(object value) => Json(value, StatusCodes.Status200OK);

    public static IResult Created(object value) => Json(value, StatusCodes.Status201Created);

    public static IResult Accepted(object value) => Json(value, StatusCodes.Status202Accepted);

    /// <summary>What was asked for goes on as a job; the client is told where to ask about it.</summary>
    public static IResult Later(JobState job, Links links) => Results.Accepted(links.To($"/v3/jobs/{job.Id}").Href);

    /// <summary>The same, beside what it is about.</summary>
    public static IResult Later(object value, JobState job, HttpContext http)
    {
        http.Response.Headers.Location = new Links(http.Request).To($"/v3/jobs/{job.Id}").Href;
        return Accepted(value);
    }

    public static IResult Error(CfError error) =>
        Json(new { Errors = error.Further.Prepend(error.Detail).Select(detail => new { error.Code, error.Title, Detail = detail }) }, error.Status);

    private static IResult Json(object value, int status) => Results.Json(value, WireJson.Options, statusCode: status);
}
