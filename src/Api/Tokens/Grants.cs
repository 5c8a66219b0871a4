using System.Collections.Immutable;
using System.Globalization;
using System.Security.Claims;
using Granary.Core.Access;
using Granary.Core.Accounts;
using Granary.Grains.Ports;
using Microsoft.AspNetCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;
using OAuthErrors = OpenIddict.Abstractions.OpenIddictConstants.Errors;

namespace Granary.Api.Tokens;

/// <summary>Who asks for tokens: cf, which has no secret, for people; other clients, by their secret, for themselves.</summary>
internal sealed class ClientCheck(IAccountStore accounts, Passwords passwords) : IOpenIddictServerHandler<ValidateTokenRequestContext>
{
    public const string Cf = "cf";

    public async ValueTask HandleAsync(ValidateTokenRequestContext context)
    {
        var isGood = context.ClientId == Cf
            ? string.IsNullOrEmpty(context.ClientSecret) && !context.Request.IsClientCredentialsGrantType()
            : context.Request.IsClientCredentialsGrantType() && await IsKnown(context.ClientId ?? "", context.ClientSecret ?? "", context.CancellationToken());
        if (!isGood)
        {
            context.Reject(OAuthErrors.InvalidClient, "Bad client credentials");
        }
    }

    private async Task<bool> IsKnown(string id, string secret, CancellationToken cancellation) =>
        await passwords.AreEqual(secret, (await accounts.FindClient(id, cancellation))?.SecretHash, cancellation);
}

/// <summary>Gives tokens: for a password, for a refresh token, and to a client for itself.</summary>
internal sealed partial class Grants(IAccountStore accounts, Passwords passwords, IOptions<TokenOptions> options, ILogger<Grants> log) : IOpenIddictServerHandler<HandleTokenRequestContext>
{
    public const string Unauthorized = "unauthorized";

    /// <summary>cf knows it by its words, and does not ask for the password again.</summary>
    private const string Locked = "Your account has been locked because of too many failed attempts to login.";

    public async ValueTask HandleAsync(HandleTokenRequestContext context)
    {
        switch (context.Request.GrantType)
        {
            case GrantTypes.Password:
                await Login(context);
                break;
            case GrantTypes.RefreshToken:
                await Refresh(context);
                break;
            default:
                await ForItself(context);
                break;
        }
    }

    private async Task Login(HandleTokenRequestContext context)
    {
        var cancellation = context.CancellationToken();
        var login = await accounts.BeginLogin(context.Request.Username!, options.Value.Lockout, cancellation);
        if (login is { IsLocked: true })
        {
            context.Reject(Unauthorized, Locked);
        }
        else if (!await passwords.AreEqual(context.Request.Password!, login?.PasswordHash, cancellation))
        {
            context.Reject(Unauthorized, "Bad credentials");
        }
        else
        {
            Give(context, login!.Account, await accounts.EndLogin(login.Account, options.Value.Session, cancellation));
        }
    }

    private async Task Refresh(HandleTokenRequestContext context)
    {
        var cancellation = context.CancellationToken();
        var session = Guid.TryParse(context.Principal?.GetClaim(TokenClaims.Session), out var id) ? id : Guid.Empty;
        var generation = int.TryParse(context.Principal?.GetClaim(TokenClaims.Generation), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        var refreshed = await accounts.Refresh(session, generation, options.Value.Session, cancellation);
        if (refreshed is { Outcome: SessionOutcome.Refreshed or SessionOutcome.Repeated, Session: var next } && await accounts.Find(Guid.Parse(next.Subject), cancellation) is { } account)
        {
            Give(context, account, next);
            return;
        }

        if (refreshed is { Outcome: SessionOutcome.Reused })
        {
            LogReused(log, refreshed.Value.Session.Subject);
        }

        context.Reject(OAuthErrors.InvalidToken, "The login has ended: log in again");
    }

    private async Task ForItself(HandleTokenRequestContext context)
    {
        var client = await accounts.FindClient(context.ClientId!, context.CancellationToken());
        if (client is null)
        {
            context.Reject(OAuthErrors.InvalidClient, "Bad client credentials"); // Removed since its secret was compared.
            return;
        }

        var identity = Identity(client.Id, ScopesOf(client.Authority), GrantTypes.ClientCredentials);
        context.SignIn(new ClaimsPrincipal(identity.SetDestinations(static _ => [Destinations.AccessToken])));
    }

    private static void Give(HandleTokenRequestContext context, Account account, SessionState session)
    {
        var identity = Identity(account.Guid.ToString("D"), ScopesOf(account.Authority).Add(Scopes.OfflineAccess), GrantTypes.Password)
            .SetClaim(TokenClaims.UserId, account.Guid.ToString("D"))
            .SetClaim(TokenClaims.UserName, account.Name)
            .SetClaim(TokenClaims.Email, account.Email ?? account.Name)
            .SetClaim(TokenClaims.Origin, UaaNames.Origin)
            .SetClaim(TokenClaims.Session, session.Id.ToString("D"))
            .SetClaim(TokenClaims.Generation, session.Generation.ToString(CultureInfo.InvariantCulture));
        context.SignIn(new ClaimsPrincipal(identity.SetDestinations(static claim => claim.Type is TokenClaims.Session or TokenClaims.Generation ? [] : [Destinations.AccessToken])));
    }

    private static ClaimsIdentity Identity(string subject, ImmutableArray<string> scopes, string grant) => new ClaimsIdentity("granary", TokenClaims.UserName, null)
        .SetClaim(Claims.Subject, subject)
        .SetClaim(TokenClaims.GrantType, grant)
        .SetClaim(TokenClaims.Zone, UaaNames.Origin)
        .SetResources(TokenClaims.CloudController)
        .SetScopes(scopes);

    /// <summary>As UAA has them. They tell clients what to offer; what is allowed is looked up for each request.</summary>
    private static ImmutableArray<string> ScopesOf(Authority authority) => authority switch
    {
        Authority.Admin => ["cloud_controller.read", "cloud_controller.write", "cloud_controller.admin", "scim.read", "scim.write", "uaa.admin"],
        Authority.Reader => ["cloud_controller.read", "cloud_controller.admin_read_only"],
        Authority.Auditor => ["cloud_controller.read", "cloud_controller.global_auditor"],
        _ => ["cloud_controller.read", "cloud_controller.write", "password.write", "uaa.user"],
    };

    [LoggerMessage(LogLevel.Warning, "A refresh token of user {User} was presented that had been refreshed before: somebody has a copy. The login was ended")]
    private static partial void LogReused(ILogger logger, string user);
}

/// <summary>UAA's status and words: cf tells a wrong password and an ended login by them, and takes "bearer" in lower case only.</summary>
internal sealed class UaaAnswers : IOpenIddictServerHandler<ApplyTokenResponseContext>
{
    public ValueTask HandleAsync(ApplyTokenResponseContext context)
    {
        var response = context.Response;
        if (response.Error == OAuthErrors.InvalidGrant && context.Request?.IsRefreshTokenGrantType() == true)
        {
            (response.Error, response.ErrorDescription) = (OAuthErrors.InvalidToken, "The login has ended: log in again");
        }

        if (response.Error is Grants.Unauthorized or OAuthErrors.InvalidToken)
        {
            context.Transaction.GetHttpRequest()!.HttpContext.Response.StatusCode = 401;
        }

        response.ErrorUri = null;
        if (response.TokenType is not null)
        {
            response.TokenType = "bearer";
        }

        return ValueTask.CompletedTask;
    }
}

internal static class TransactionExtensions
{
    /// <summary>Cancelled when the client is gone or its time is up.</summary>
    public static CancellationToken CancellationToken(this BaseContext context) => context.Transaction.GetHttpRequest()?.HttpContext.RequestAborted ?? default;
}
