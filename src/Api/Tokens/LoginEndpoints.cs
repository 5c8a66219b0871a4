using Granary.Api.Access;
using Granary.Api.Wire;
using Granary.Core.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Granary.Api.Tokens;

/// <summary>The token server's own endpoints, and how clients find out what it asks for.</summary>
internal static class LoginEndpoints
{
    /// <summary>Of a UAA whose clients behave as those of today.</summary>
    private const string Version = "77.0.0";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/login", Login).AsksNothing();
        routes.MapGet("/info", Login).AsksNothing();
        routes.MapPost(TokenServer.TokenPath, TokenServer.Answer).AsksNothing();
        routes.MapGet(TokenServer.KeysPath, TokenServer.Answer).AsksNothing();
        routes.MapGet(TokenServer.DiscoveryPath, TokenServer.Answer).AsksNothing();
        routes.MapPost("/api/token-keys/actions/rotate", Rotate).Asks(Authority.Admin);
    }

    private static IResult Login(HttpContext http)
    {
        var root = new Links(http.Request).Root;
        return UaaReply.Json(new
        {
            App = new { Version },
            Links = new Dictionary<string, string> { ["uaa"] = root, ["login"] = root },
            Prompts = new Dictionary<string, string[]> { ["username"] = ["text", "Email"], ["password"] = ["password", "Password"] },
        });
    }

    /// <summary>Makes the next key. With "revoke" every token that was given before is refused.</summary>
    private static async Task<IResult> Rotate(HttpContext http, KeyRing keys)
    {
        var body = await http.Request.ReadBody();
        var revokes = body.Word("revoke", ("all", true)) ?? false;
        body.ThrowIfFaulty();
        await keys.Rotate(revokes, http.RequestAborted);
        return Reply.Ok(new { Keys = keys.VerificationKeys.Select(key => key.KeyId).ToArray() });
    }
}
