using Granary.Api.Access;
using Granary.Api.Errors;
using Granary.Core.Access;
using Granary.Grains.Ports;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Granary.Api.Features;

/// <summary>Says with a route which feature flag gates it.</summary>
internal static class FeatureGateExtensions
{
    public static IEndpointConventionBuilder GatedBy(this IEndpointConventionBuilder endpoint, FeatureFlag flag) => endpoint.WithMetadata(flag);
}

/// <summary>Refuses what a flag gates. What only some bodies ask for, their endpoint demands itself.</summary>
internal sealed class FeatureGate(IFeatureFlags flags) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        foreach (var flag in context.HttpContext.GetEndpoint()?.Metadata.GetOrderedMetadata<FeatureFlag>() ?? [])
        {
            await Demand(flag, context.HttpContext);
        }

        return await next(context);
    }

    /// <summary>Ends the request if the flag does not let its caller do what it gates.</summary>
    public async Task Demand(FeatureFlag flag, HttpContext http)
    {
        var setting = await flags.Get(flag, http.RequestAborted);
        if (!setting.Lets(http.Visit().Caller))
        {
            throw new CfException(CfError.FeatureDisabled(setting.Message ?? flag.Name));
        }
    }
}
