using Granary.Api.Access;
using Granary.Api.Apps;
using Granary.Api.Audit;
using Granary.Api.Builds;
using Granary.Api.Cells;
using Granary.Api.Deployments;
using Granary.Api.Droplets;
using Granary.Api.Errors;
using Granary.Api.Features;
using Granary.Api.IsolationSegments;
using Granary.Api.Jobs;
using Granary.Api.Logs;
using Granary.Api.Manifests;
using Granary.Api.Organizations;
using Granary.Api.Packages;
using Granary.Api.Processes;
using Granary.Api.Quotas;
using Granary.Api.Roles;
using Granary.Api.Root;
using Granary.Api.SecurityGroups;
using Granary.Api.Spaces;
using Granary.Api.Tasks;
using Granary.Api.Tokens;
using Granary.Api.Usage;
using Granary.Api.Users;
using Granary.Api.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OpenIddict.Server;

namespace Granary.Api;

/// <summary>Puts the HTTP edge into a host that has a <see cref="Granary.Client.GranaryClient"/>, a clock and the operator's task policy.</summary>
public static class GranaryApiExtensions
{
    /// <param name="services">Of the host.</param>
    /// <param name="section">The section <see cref="ApiOptions.Section"/>; null for the defaults.</param>
    public static IServiceCollection AddGranaryApi(this IServiceCollection services, IConfiguration? section = null)
    {
        var options = services.AddOptions<ApiOptions>().ValidateDataAnnotations().ValidateOnStart();
        if (section is not null)
        {
            options.Bind(section, binder => binder.ErrorOnUnknownConfiguration = true);
        }

        services.AddRouting();
        services.AddSingleton<ProcessLookup>();
        services.AddSingleton<UploadReader>();
        services.AddSingleton<ManifestReader>();
        services.AddSingleton<Places>();
        services.AddSingleton<SpaceRemoval>();
        services.AddSingleton<FeatureGate>();
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<ApiOptions>>((kestrel, api) =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = api.Value.BodyBytesMax;
            kestrel.Limits.MaxRequestLineSize = api.Value.RequestLineBytesMax;
            kestrel.Limits.MaxRequestBufferSize = Math.Max(kestrel.Limits.MaxRequestBufferSize ?? 0, 2 * api.Value.RequestLineBytesMax);
        });
        return services;
    }

    /// <summary>Adds the token server: whoever calls the API then needs a token, and it may listen on any address.</summary>
    /// <param name="services">Of a host that has the API.</param>
    /// <param name="section">The section <see cref="TokenOptions.Section"/>; null for the defaults.</param>
    /// <param name="secret">What the keys of tokens are sealed with; the same on every silo of a cluster.</param>
    /// <param name="show">Shows a line to whoever starts the server, once.</param>
    public static IServiceCollection AddGranaryTokens(this IServiceCollection services, IConfiguration? section, byte[] secret, Action<string> show)
    {
        var options = services.AddOptions<TokenOptions>().ValidateDataAnnotations().ValidateOnStart();
        if (section is not null)
        {
            options.Bind(section, binder => binder.ErrorOnUnknownConfiguration = true);
        }

        services.AddSingleton(new KeySeal(secret));
        services.AddSingleton<KeyRing>();
        services.AddSingleton<IConfigureOptions<OpenIddictServerOptions>>(provider => provider.GetRequiredService<KeyRing>());
        services.AddSingleton<IOptionsChangeTokenSource<OpenIddictServerOptions>>(provider => provider.GetRequiredService<KeyRing>());
        services.AddHostedService(provider => provider.GetRequiredService<KeyRing>());
        services.AddSingleton<Passwords>();
        services.AddSingleton<TokenReader>();
        services.AddHostedService(provider => ActivatorUtilities.CreateInstance<FirstUser>(provider, show));
        TokenServer.Add(services);
        return services;
    }

    public static WebApplication MapGranaryApi(this WebApplication app)
    {
        var hasTokens = app.Services.GetService<TokenReader>() is not null;
        app.UseRouting();
        app.UseMiddleware<ErrorMiddleware>();
        if (hasTokens)
        {
            app.UseMiddleware<AccessGate>();
            LoginEndpoints.Map(app);
            UaaUserEndpoints.Map(app);
            UaaClientEndpoints.Map(app);
        }
        else
        {
            app.UseMiddleware<LoopbackGate>();
        }

        var api = app.MapGroup("").AddEndpointFilter<RouteGroupBuilder, FeatureGate>().AddEndpointFilter<RouteGroupBuilder, RequesterFilter>();
        RootEndpoints.Map(api);
        OrganizationEndpoints.Map(api);
        OrganizationQuotaEndpoints.Map(api);
        SpaceQuotaEndpoints.Map(api);
        SpaceEndpoints.Map(api);
        IsolationSegmentEndpoints.Map(api);
        SecurityGroupEndpoints.Map(api);
        RoleEndpoints.Map(api);
        UserEndpoints.Map(api);
        AppEndpoints.Map(api);
        TaskEndpoints.Map(api);
        TaskStoryEndpoints.Map(api);
        ProcessEndpoints.Map(api);
        InstanceEndpoints.Map(api);
        PackageEndpoints.Map(api);
        BuildEndpoints.Map(api);
        DropletEndpoints.Map(api);
        BuildpackEndpoints.Map(api);
        StackEndpoints.Map(api);
        DeploymentEndpoints.Map(api);
        ManifestEndpoints.Map(api);
        JobEndpoints.Map(api);
        AuditEndpoints.Map(api);
        UsageEndpoints.Map(api);
        FeatureFlagEndpoints.Map(api);
        VariableGroupEndpoints.Map(api);
        LogCacheEndpoints.Map(api);
        AppLogEndpoints.Map(api);
        CellEndpoints.Map(api);
        app.MapFallback("{*path}", () => Reply.Error(CfError.UnknownRequest)).AsksNothing();
        return app;
    }
}
