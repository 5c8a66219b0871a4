using Granary.Api.Errors;

namespace Granary.Api.Wire;

/// <summary>Guids in paths and messages. What cannot be one is a thing that does not exist.</summary>
internal static class Guids
{
    public static Guid Parse(string text, string resource) =>
        Guid.TryParseExact(text, "D", out var guid) && guid != Guid.Empty ? guid : throw new CfException(CfError.NotFound(resource));

    /// <summary>As Cloud Foundry writes a list of them.</summary>
    public static string Quoted(IEnumerable<Guid> guids) => $"[{string.Join(", ", guids.Select(each => $"\"{each:D}\""))}]";
}
