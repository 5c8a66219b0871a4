using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Granary.Api.Errors;
using Microsoft.AspNetCore.Http;

namespace Granary.Api.Tokens;

/// <summary>UAA's own words.</summary>
internal static class UaaNames
{
    /// <summary>Where accounts are from: there are no others than ours.</summary>
    public const string Origin = "uaa";
}

/// <summary>Marks endpoints that are UAA's, whose errors have another form.</summary>
internal sealed record OfUaa
{
    public static readonly OfUaa Mark = new();
}

/// <summary>Answers in UAA's JSON.</summary>
internal static class UaaReply
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static IResult Json(object value, int status = StatusCodes.Status200OK) => Results.Json(value, Options, statusCode: status);

    public static IResult Error(CfError error) => Json(
        new Dictionary<string, string>
        {
            ["error"] = error.Status switch
            {
                StatusCodes.Status401Unauthorized => error.Code == CfError.NotAuthenticated().Code ? "unauthorized" : "invalid_token",
                StatusCodes.Status403Forbidden => "insufficient_scope",
                StatusCodes.Status404NotFound => "scim_resource_not_found",
                StatusCodes.Status409Conflict => "scim_resource_already_exists",
                _ => "invalid_scim_resource",
            },
            ["error_description"] = error.Detail,
        },
        error.Status);
}
