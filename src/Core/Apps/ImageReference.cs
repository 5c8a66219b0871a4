using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Granary.Core.Apps;

/// <summary>
/// Names a Docker image: [host[:port]/]path[:tag][@digest], read as Docker reads it and no wider. Whether the host may be asked at all is
/// the operator's rule, not this one's.
/// </summary>
/// <param name="Host">The registry; docker.io if none was named.</param>
/// <param name="Port">The registry's port; null for its default.</param>
/// <param name="Path">The repository; of docker.io with its "library/", if a single word was given.</param>
/// <param name="Tag">"latest" if neither tag nor digest was given; null if only a digest was.</param>
/// <param name="Digest">"sha256:" and 64 hex digits; pins the image whatever the tag says.</param>
public sealed record ImageReference(string Host, int? Port, string Path, string? Tag, string? Digest)
{
    public const string DefaultHost = "docker.io";

    public const string DefaultTag = "latest";

    /// <summary>Characters of host, port and path together (Docker's limit).</summary>
    public const int NameLength = 255;

    /// <summary>Characters of a tag (Docker's limit).</summary>
    public const int TagLength = 128;

    private const string DefaultNamespace = "library/";
    private const string DigestPrefix = "sha256:";
    private const int DigestDigits = 64;

    /// <summary>Where it is fetched from, as logins name it.</summary>
    public string Registry => Port is null ? Host : string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");

    /// <summary>The whole reference, with nothing left to defaults.</summary>
    public override string ToString() =>
        $"{Registry}/{Path}{(Tag is null ? "" : ":" + Tag)}{(Digest is null ? "" : "@" + Digest)}";

    /// <summary>Reads a reference; if it cannot, <paramref name="faults"/> says all that is wrong.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ImageReference? reference, out ImmutableArray<string> faults)
    {
        reference = null;
        if (WholeFault(text) is { } fault)
        {
            faults = [fault];
            return false;
        }

        var (beforeDigest, digest) = CutAt(text, text.IndexOf('@', StringComparison.Ordinal));
        var colon = beforeDigest.LastIndexOf(':');
        var (name, tag) = CutAt(beforeDigest, colon > beforeDigest.LastIndexOf('/') ? colon : -1);
        var (authority, path) = SplitName(name);
        var (host, portText) = authority is null ? (DefaultHost, null) : CutAt(authority, authority.IndexOf(':', StringComparison.Ordinal));

        // Docker's older name for the same place.
        host = host == "index.docker.io" ? DefaultHost : host;

        faults = [.. PartFaults(name, host, portText, path, tag, digest)];
        if (faults.Length > 0)
        {
            return false;
        }

        var isOfHub = host is DefaultHost && portText is null;
        reference = new ImageReference(
            host,
            portText is null ? null : int.Parse(portText, CultureInfo.InvariantCulture),
            isOfHub && !path.Contains('/', StringComparison.Ordinal) ? DefaultNamespace + path : path,
            tag ?? (digest is null ? DefaultTag : null),
            digest);
        return true;
    }

    /// <summary>Mistakes that would only cause confusing words about the parts.</summary>
    private static string? WholeFault(string text)
    {
        if (text.Length == 0)
        {
            return "image can't be blank";
        }

        if (text.Contains("://", StringComparison.Ordinal))
        {
            return "image must not have a scheme: write host/path, not https://host/path";
        }

        return text.Any(each => each is <= ' ' or > '~') ? "image must not contain blanks, control characters or characters outside ASCII" : null;
    }

    private static (string Before, string? After) CutAt(string text, int index) => index < 0 ? (text, null) : (text[..index], text[(index + 1)..]);

    /// <summary>Docker's rule for what a host is: a first part with a dot or a colon or an upper-case letter, or "localhost".</summary>
    private static (string? Authority, string Path) SplitName(string name)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        var first = slash < 0 ? "" : name[..slash];
        var isHost = first == "localhost" || first.Any(each => each is '.' or ':' or '[' || char.IsAsciiLetterUpper(each));
        return isHost ? (first, name[(slash + 1)..]) : (null, name);
    }

    private static IEnumerable<string> PartFaults(string name, string host, string? port, string path, string? tag, string? digest)
    {
        if (name.Length > NameLength)
        {
            yield return $"image name is longer than {NameLength} characters";
        }

        if (!host.Split('.').All(IsHostLabel))
        {
            yield return "image host must be a name or an IPv4 address: letters, digits and \"-\" between dots";
        }

        if (port is not null && (port.Length is 0 or > 5 || !port.All(char.IsAsciiDigit) || int.Parse(port, CultureInfo.InvariantCulture) is 0 or > 65535))
        {
            yield return "image port must be a number from 1 to 65535";
        }

        if (!path.Split('/').All(IsPathPart))
        {
            yield return "image path must be lower-case letters and digits, separated by \"/\", \".\", \"_\", \"__\" or \"-\"";
        }
        else if (path.Length == DigestDigits && path.All(char.IsAsciiHexDigitLower))
        {
            yield return "image path must not be 64 hex digits, which reads as an image's id";
        }

        if (tag is not null && (tag.Length is 0 or > TagLength || tag[0] is '.' or '-' || !tag.All(each => char.IsAsciiLetterOrDigit(each) || each is '_' or '.' or '-')))
        {
            yield return $"image tag must be 1 to {TagLength} letters, digits, \"_\", \".\" or \"-\", and not begin with \".\" or \"-\"";
        }

        if (digest is not null && (digest.Length != DigestPrefix.Length + DigestDigits || !digest.StartsWith(DigestPrefix, StringComparison.Ordinal) || !digest[DigestPrefix.Length..].All(char.IsAsciiHexDigitLower)))
        {
            yield return $"image digest must be {DigestPrefix} and {DigestDigits} lower-case hex digits";
        }
    }

    private static bool IsHostLabel(string label) =>
        label.Length is > 0 and <= 63 && label[0] != '-' && label[^1] != '-' && label.All(each => char.IsAsciiLetterOrDigit(each) || each == '-');

    /// <summary>Runs of letters and digits; between two of them one ".", "_" or "__", or any number of "-".</summary>
    private static bool IsPathPart(string part)
    {
        if (part.Length == 0 || !IsWord(part[0]) || !IsWord(part[^1]))
        {
            return false;
        }

        for (var start = 0; start < part.Length; start++)
        {
            var end = start;
            while (!IsWord(part[end]))
            {
                end++;
            }

            var separator = part[start..end];
            if (separator is not ("" or "." or "_" or "__") && separator.Any(each => each != '-'))
            {
                return false;
            }

            start = end;
        }

        return true;

        static bool IsWord(char each) => char.IsAsciiLetterLower(each) || char.IsAsciiDigit(each);
    }
}
