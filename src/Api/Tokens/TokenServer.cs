using Granary.Api.Errors;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OpenIddict.Server;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Granary.Api.Tokens;

/// <summary>OpenIddict as UAA's clients know a token server. It runs in degraded mode: what it would keep in a store of its own is ours, and our handlers decide.</summary>
internal static class TokenServer
{
    public const string TokenPath = "/oauth/token";
    public const string KeysPath = "/token_keys";
    public const string DiscoveryPath = "/.well-known/openid-configuration";

    public static void Add(IServiceCollection services)
    {
        // Nothing here is protected by it; left alone it would write keys into the home of whoever runs the silo.
        services.AddDataProtection().UseEphemeralDataProtectionProvider();
        services.AddOpenIddict().AddServer(server =>
        {
            server.EnableDegradedMode();
            server.SetTokenEndpointUris(TokenPath[1..]).SetJsonWebKeySetEndpointUris(KeysPath[1..]).SetConfigurationEndpointUris(DiscoveryPath[1..]);
            server.AllowPasswordFlow().AllowRefreshTokenFlow().AllowClientCredentialsFlow();
            server.DisableAccessTokenEncryption(); // cf reads its claims.
            // Plain HTTP is for loopback and for proxies that do TLS themselves; who listens how is said elsewhere.
            server.UseAspNetCore().DisableTransportSecurityRequirement();
            server.AddEventHandler<ValidateTokenRequestContext>(handler => handler.UseSingletonHandler<ClientCheck>());
            server.AddEventHandler<HandleTokenRequestContext>(handler => handler.UseSingletonHandler<Grants>());
            server.AddEventHandler<ApplyTokenResponseContext>(handler => handler.UseSingletonHandler<UaaAnswers>().SetOrder(OpenIddictServerAspNetCoreHandlers.AttachHttpResponseCode<ApplyTokenResponseContext>.Descriptor.Order + 500));
        });
        services.AddOptions<OpenIddictServerOptions>().Configure<IOptions<TokenOptions>>((server, tokens) =>
        {
            // The same on every silo, by whatever name it was reached.
            server.Issuer = new Uri(tokens.Value.Issuer);
            server.AccessTokenLifetime = tokens.Value.AccessLifetime;
            server.RefreshTokenLifetime = tokens.Value.RefreshLifetime;
        });
    }

    /// <summary>Answers at the three paths above.</summary>
    public static async Task Answer(HttpContext http)
    {
        var handlers = http.RequestServices.GetRequiredService<IAuthenticationHandlerProvider>();
        var server = (IAuthenticationRequestHandler)(await handlers.GetHandlerAsync(http, OpenIddictServerAspNetCoreDefaults.AuthenticationScheme))!;
        if (!await server.HandleRequestAsync())
        {
            throw new CfException(CfError.UnknownRequest);
        }
    }
}
