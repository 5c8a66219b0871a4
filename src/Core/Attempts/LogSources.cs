using System.Globalization;

namespace Granary.Core.Attempts;

/// <summary>
/// How log lines name their source, as Cloud Foundry does. The lines of an instance say which one it is: it is kept as the last part of the source, and
/// shown apart from it.
/// </summary>
public static class LogSources
{
    private const string Process = "APP/PROC/";

    /// <summary>Of what is said while a droplet is made.</summary>
    public const string Staging = "STG";

    /// <summary>Of what the API says was done to the app.</summary>
    public const string Api = "API";

    public static string OfTask(string name) => $"APP/TASK/{name}";

    /// <param name="type">Letters, digits, "_" and "-" (<see cref="Droplets.Procfile"/>): so the last "/" is before the index.</param>
    public static string OfInstance(string type, int index) => string.Create(CultureInfo.InvariantCulture, $"{Process}{type.ToUpperInvariant()}/{index}");

    /// <summary>The source as clients show it, and the index beside it; "0" where there is none, as Cloud Foundry has it for tasks.</summary>
    public static (string Source, string Index) Split(string source) =>
        source.StartsWith(Process, StringComparison.Ordinal) && source.LastIndexOf('/') is var slash && slash >= Process.Length
            ? (source[..slash], source[(slash + 1)..])
            : (source, "0");
}
