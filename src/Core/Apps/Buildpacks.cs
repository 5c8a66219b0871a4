using System.Collections.Immutable;

namespace Granary.Core.Apps;

/// <summary>The buildpacks that every installation has. Both leave the uploaded files as they are; a Procfile says what the processes are.</summary>
public static class Buildpacks
{
    /// <summary>For programs that need no building; fits every app, but only when it is asked for.</summary>
    public const string Binary = "binary_buildpack";

    /// <summary>Fits an app that has a Procfile.</summary>
    public const string Procfile = "procfile_buildpack";

    public static readonly ImmutableArray<string> BuiltIn = [Binary, Procfile];

    /// <summary>Every name that nobody can build with, in words.</summary>
    /// <param name="known">The names that there are; null for those that are built in.</param>
    public static IEnumerable<string> Faults(IEnumerable<string> names, ImmutableArray<string>? known) =>
        from name in names
        where !(known ?? BuiltIn).Contains(name)
        select name.Contains(':', StringComparison.Ordinal)
            ? $"Buildpack \"{name}\" is a git URI, and buildpacks are not fetched here: an admin adds its zip (cf create-buildpack), and then it is named"
            : $"Buildpack \"{name}\" must be an existing admin buildpack or a valid git URI";

    /// <summary>What staging says that it used.</summary>
    /// <param name="asked">What the user asked for; empty when staging is to find out.</param>
    public static ImmutableArray<string> Used(ImmutableArray<string> asked, bool hasProcfile) =>
        asked is { IsDefaultOrEmpty: false } ? asked : hasProcfile ? [Procfile] : [];
}
