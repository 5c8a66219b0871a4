using System.Collections.Immutable;
using System.Text;
using Granary.Api.Errors;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Granary.Api.Manifests;

/// <summary>Reads the body of a manifest's request.</summary>
internal sealed class ManifestReader(IOptions<ApiOptions> options, Core.Tasks.TaskPolicy policy)
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>What it says of each app, faults included; what cannot be read at all ends the request.</summary>
    public async Task<ImmutableArray<AppManifest>> Read(HttpContext http)
    {
        if (!(MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var type) && type.SubType.Value is "x-yaml" or "yaml" or "vnd.yaml"))
        {
            throw new CfException(CfError.BadRequest("Content-Type must be application/x-yaml"));
        }

        if (Parse(await Text(http)) is not Yaml.Map root || new ManifestMap(root, Refuse) is not { } manifest || !manifest.Has("applications"))
        {
            throw new CfException(CfError.Unprocessable("Cannot parse manifest with no 'applications' field."));
        }

        if (manifest.Text("version") is not (null or "1"))
        {
            Refuse("Unsupported manifest schema version. Currently supported versions: [1].");
        }

        var apps = manifest.List("applications");
        return apps.IsEmpty
            ? throw new CfException(CfError.Unprocessable("Applications must have at least one application"))
            : [.. apps.Select(each => AppManifest.Read(each, policy.StackImage))];
    }

    private static Yaml Parse(string text)
    {
        try
        {
            return Yaml.Parse(text);
        }
        catch (FormatException fault)
        {
            throw new CfException(CfError.NotParseable($"the manifest is no YAML that can be read: {fault.Message}"));
        }
    }

    private async Task<string> Text(HttpContext http)
    {
        var bytesMax = options.Value.ManifestBytesMax;
        if (http.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null; // It is counted here, because Cloud Foundry's clients know another answer than 413.
        }

        var bytes = new byte[Math.Min(bytesMax, http.Request.ContentLength ?? bytesMax) + 1];
        var length = await http.Request.Body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, http.RequestAborted);
        if (length > bytesMax || http.Request.ContentLength > bytesMax)
        {
            throw new CfException(CfError.BadRequest($"Manifest size is too large. The maximum supported manifest size is {bytesMax} bytes."));
        }

        try
        {
            return Strict.GetString(bytes, 0, length);
        }
        catch (DecoderFallbackException)
        {
            throw new CfException(CfError.NotParseable("the manifest is not in UTF-8"));
        }
    }

    private static void Refuse(string words) => throw new CfException(CfError.Unprocessable(words));
}
