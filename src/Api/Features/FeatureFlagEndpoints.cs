using Granary.Api.Access;
using Granary.Api.Errors;
using Granary.Api.Lists;
using Granary.Api.Wire;
using Granary.Core.Access;
using Granary.Grains.Ports;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Granary.Api.Features;

/// <summary>A feature flag as Cloud Foundry shows it.</summary>
internal sealed record FeatureFlagResponse(string Name, bool Enabled, string? UpdatedAt, string? CustomErrorMessage, Dictionary<string, Link> Links)
{
    public static FeatureFlagResponse Of(FlagSetting setting, Links links) => new(
        setting.Flag.Name,
        setting.IsEnabled,
        setting.UpdatedAt is { } at ? WireJson.Second(at) : null,
        setting.Message,
        new Dictionary<string, Link> { ["self"] = links.To($"/v3/feature_flags/{setting.Flag.Name}") });
}

/// <summary>Feature flags: everybody may look, admins change them.</summary>
internal static class FeatureFlagEndpoints
{
    private const int MessageLengthMax = 250;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v3/feature_flags", List).AsksToken();
        routes.MapGet("/v3/feature_flags/{name}", Get).AsksToken();
        routes.MapPatch("/v3/feature_flags/{name}", Patch).Asks(Authority.Admin);
    }

    private static async Task<IResult> List(HttpContext http, IFeatureFlags flags)
    {
        var list = ListRequest.Read(http.Request, ListShape.FeatureFlags);
        var links = new Links(http.Request);
        return Reply.Ok(Page.Of<FeatureFlagResponse>([.. (await flags.All(http.RequestAborted)).Select(each => FeatureFlagResponse.Of(each, links))], list, http.Request));
    }

    private static async Task<IResult> Get(string name, HttpContext http, IFeatureFlags flags) =>
        Reply.Ok(FeatureFlagResponse.Of(await flags.Get(Named(name), http.RequestAborted), new Links(http.Request)));

    private static async Task<IResult> Patch(string name, HttpContext http, IFeatureFlags flags, TimeProvider clock)
    {
        var flag = Named(name);
        var body = await http.Request.ReadBody();
        var isEnabled = body.Truth("enabled");
        if (isEnabled is null && body.Value("enabled") is null)
        {
            body.Fault("Enabled must be a boolean");
        }

        var before = await flags.Get(flag, http.RequestAborted);
        var message = body.Has("custom_error_message") ? body.Text("custom_error_message") : before.Message;
        if (message is { Length: 0 or > MessageLengthMax } || message?.Any(char.IsControl) == true)
        {
            body.Fault($"Custom error message must have 1 to {MessageLengthMax} printable characters");
        }

        body.ThrowIfFaulty();
        var setting = new FlagSetting(flag, isEnabled!.Value, message, clock.GetUtcNow());
        await flags.Set(setting, http.RequestAborted);
        return Reply.Ok(FeatureFlagResponse.Of(setting, new Links(http.Request)));
    }

    private static FeatureFlag Named(string name) => FeatureFlag.All.GetValueOrDefault(name) ?? throw new CfException(CfError.NotFound("Feature flag"));
}
