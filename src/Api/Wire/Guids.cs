using Granary.Api.Errors;

namespace Granary.Api.Wire;

/// <summary>Guids in paths. What cannot be one is a thing that does not exist.</summary>
internal static class Guids
{
    public static Guid Parse(string text, string resource) =>
        Guid.TryParseExact(text, "D", out var guid) && guid != Guid.Empty ? guid : throw new CfException(CfError.NotFound(resource));
}
