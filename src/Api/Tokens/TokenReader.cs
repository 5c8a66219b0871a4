using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Granary.Api.Tokens;

/// <summary>Whom a token was given to.</summary>
/// <param name="Subject">A user's guid, or a client's id.</param>
internal sealed record TokenHolder(string Subject, bool IsClient);

/// <summary>Reads access tokens: those that a key of ours signed, of our issuer, our kind and algorithm, in their time.</summary>
internal sealed class TokenReader(KeyRing keys, IOptions<TokenOptions> options)
{
    private const string Kind = "at+jwt";

    private readonly JsonWebTokenHandler handler = new() { MapInboundClaims = false };

    /// <summary>Null when the token is not to be taken.</summary>
    public async Task<TokenHolder?> Read(string token, CancellationToken cancellation)
    {
        var result = await handler.ValidateTokenAsync(token, Parameters());
        if (result.Exception is SecurityTokenSignatureKeyNotFoundException && await keys.ReadAgain(cancellation))
        {
            result = await handler.ValidateTokenAsync(token, Parameters());
        }

        return !result.IsValid ? null
            : result.Claims.TryGetValue(TokenClaims.UserId, out var user) && user is string guid ? new TokenHolder(guid, IsClient: false)
            : result.Claims.TryGetValue(TokenClaims.ClientId, out var client) && client is string id ? new TokenHolder(id, IsClient: true)
            : null;
    }

    private TokenValidationParameters Parameters() => new()
    {
        ValidIssuer = options.Value.Issuer,
        ValidTypes = [Kind],
        ValidAlgorithms = [SecurityAlgorithms.RsaSha256],
        IssuerSigningKeys = keys.VerificationKeys,
        ValidAudience = TokenClaims.CloudController,
        ClockSkew = TimeSpan.FromSeconds(5),
    };
}

/// <summary>The names of claims that are UAA's, or ours.</summary>
internal static class TokenClaims
{
    /// <summary>Whom tokens are for.</summary>
    public const string CloudController = "cloud_controller";

    public const string UserId = "user_id";
    public const string UserName = "user_name";
    public const string ClientId = "client_id";
    public const string Origin = "origin";
    public const string Email = "email";
    public const string GrantType = "grant_type";
    public const string Zone = "zid";

    /// <summary>In refresh tokens only: which login, and how often it was refreshed.</summary>
    public const string Session = "granary_session";

    public const string Generation = "granary_generation";
}
