using System.Collections.Immutable;
using Granary.Core;

namespace Granary.Api.Errors;

/// <summary>One error as Cloud Foundry's clients know it: an HTTP status, a number, a title, and words.</summary>
internal sealed record CfError(int Status, int Code, string Title, string Detail)
{
    /// <summary>Details of more errors of the same kind: manifests have one for each fault.</summary>
    public ImmutableArray<string> Further { get; init; } = [];

    public static readonly CfError UnknownRequest = new(404, 10000, "CF-NotFound", "Unknown request");

    /// <summary>The only map from refusals to errors.</summary>
    public static CfError Of(Refusal refusal) => refusal.Reason switch
    {
        RefusalReason.AppNotFound or RefusalReason.TaskNotFound or RefusalReason.PackageNotFound or RefusalReason.DropletNotFound
            or RefusalReason.BuildNotFound or RefusalReason.ProcessNotFound or RefusalReason.InstanceNotFound or RefusalReason.CellNotFound
            or RefusalReason.BuildpackNotFound => new(404, 10010, "CF-ResourceNotFound", refusal.Detail),
        RefusalReason.Invalid or RefusalReason.Unreadable or RefusalReason.Conflict => Unprocessable(refusal.Detail),
        RefusalReason.PackageNotReady => BadRequest(refusal.Detail),
        RefusalReason.AlreadyUploaded => AlreadyUploaded(),
        RefusalReason.StagingInProgress => new(422, 170017, "CF-StagingInProgress", refusal.Detail),
        _ => throw new ArgumentOutOfRangeException(nameof(refusal), refusal.Reason, "No error stands for this reason."),
    };

    public static CfError NotFound(string resource) => new(404, 10010, "CF-ResourceNotFound", $"{resource} not found");

    public static CfError Unprocessable(string detail) => new(422, 10008, "CF-UnprocessableEntity", detail);

    public static CfError Conflict(string detail) => new(409, 10008, "CF-UnprocessableEntity", detail);

    public static CfError BadRequest(string detail) => new(400, 10004, "CF-InvalidRequest", detail);

    public static CfError BadQuery(string detail) => new(400, 10005, "CF-BadQueryParameter", $"The query parameter is invalid: {detail}");

    public static CfError NotParseable(string detail) => new(400, 1001, "CF-MessageParseError", $"Request invalid due to parse error: {detail}");

    public static CfError WrongMediaType(string wanted) => new(415, 10004, "CF-InvalidRequest", $"The request's content type must be {wanted}");

    public static CfError TooLarge(long bytesMax) => new(413, 10004, "CF-InvalidRequest", $"The request's body is larger than {bytesMax} bytes");

    /// <summary>A template names its process by guid only (section 1.5).</summary>
    public static CfError TemplateNotFound(string guid) => new(404, 350003, "CF-ProcessNotFound", $"The process could not be found: {guid}");

    public static CfError AlreadyUploaded() => new(400, 150004, "CF-PackageBitsAlreadyUploaded", "Bits may be uploaded only once. Create a new package to upload different bits.");

    public static CfError NotAuthenticated() => new(401, 10002, "CF-NotAuthenticated", "Authentication error");

    public static CfError InvalidToken() => new(401, 1000, "CF-InvalidAuthToken", "Invalid Auth Token");

    public static CfError NotAuthorized() => new(403, 10003, "CF-NotAuthorized", "You are not authorized to perform the requested action");

    public static CfError OrganizationSuspended() => new(403, 10017, "CF-OrgSuspended", "The organization is suspended");

    /// <param name="what">The name of the flag, or what its operator says in its place.</param>
    public static CfError FeatureDisabled(string what) => new(403, 330002, "CF-FeatureDisabled", $"Feature Disabled: {what}");

    public static CfError TooManyRequests(string detail) => new(429, 10013, "CF-RateLimitExceeded", detail);

    public static CfError ForeignOrigin(string detail) => new(403, 10003, "CF-NotAuthorized", detail);

    public static CfError Unavailable(string detail) => new(503, 10015, "CF-ServiceUnavailable", detail);

    /// <summary>A bug: the words are in the log, beside the request's id.</summary>
    public static CfError Unknown() => new(500, 10001, "CF-UnknownError", "An unknown error occurred.");
}

/// <summary>Ends a request with an error.</summary>
public sealed class CfException : Exception
{
    internal CfException(CfError error)
        : base(error.Detail) => Error = error;

    internal CfError Error { get; }
}
