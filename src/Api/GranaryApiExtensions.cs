using Granary.Api.Apps;
using Granary.Api.Builds;
using Granary.Api.Cells;
using Granary.Api.Deployments;
using Granary.Api.Droplets;
using Granary.Api.Errors;
using Granary.Api.Jobs;
using Granary.Api.Logs;
using Granary.Api.Manifests;
using Granary.Api.Packages;
using Granary.Api.Processes;
using Granary.Api.Root;
using Granary.Api.Tasks;
using Granary.Api.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

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
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<ApiOptions>>((kestrel, api) =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = api.Value.BodyBytesMax;
            kestrel.Limits.MaxRequestLineSize = api.Value.RequestLineBytesMax;
            kestrel.Limits.MaxRequestBufferSize = Math.Max(kestrel.Limits.MaxRequestBufferSize ?? 0, 2 * api.Value.RequestLineBytesMax);
        });
        return services;
    }

    public static WebApplication MapGranaryApi(this WebApplication app)
    {
        app.UseRouting();
        app.UseMiddleware<ErrorMiddleware>();
        app.UseMiddleware<LoopbackGate>();
        RootEndpoints.Map(app);
        AppEndpoints.Map(app);
        TaskEndpoints.Map(app);
        TaskStoryEndpoints.Map(app);
        ProcessEndpoints.Map(app);
        InstanceEndpoints.Map(app);
        PackageEndpoints.Map(app);
        BuildEndpoints.Map(app);
        DropletEndpoints.Map(app);
        BuildpackEndpoints.Map(app);
        DeploymentEndpoints.Map(app);
        ManifestEndpoints.Map(app);
        JobEndpoints.Map(app);
        LogCacheEndpoints.Map(app);
        AppLogEndpoints.Map(app);
        CellEndpoints.Map(app);
        app.MapFallback("{*path}", () => Reply.Error(CfError.UnknownRequest));
        return app;
    }
}
