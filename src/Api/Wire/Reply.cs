using Granary.Api.Errors;
using Microsoft.AspNetCore.Http;

namespace Granary.Api.Wire;

/// <summary>Answers in Granary's JSON.</summary>
internal static class Reply
{
    public static IResult Ok(object value) => Json(value, StatusCodes.Status200OK);

    public static IResult Created(object value) => Json(value, StatusCodes.Status201Created);

    public static IResult Accepted(object value) => Json(value, StatusCodes.Status202Accepted);

    public static IResult Error(CfError error) => Json(new { Errors = new[] { new { error.Code, error.Title, error.Detail } } }, error.Status);

    private static IResult Json(object value, int status) => Results.Json(value, WireJson.Options, statusCode: status);
}
