using Granary.Api.Errors;
using Granary.Core.Apps;

namespace Granary.Api.Wire;

/// <summary>Guids in paths. What cannot be one is a thing that does not exist.</summary>
internal static class Guids
{
    public static Guid Parse(string text, string resource) =>
        Guid.TryParseExact(text, "D", out var guid) && guid != Guid.Empty ? guid : throw new CfException(CfError.NotFound(resource));

    /// <summary>The one space there is.</summary>
    public static Guid Space(string text) => Parse(text, "Space") is var guid && guid == Home.Space ? guid : throw new CfException(CfError.NotFound("Space"));
}
