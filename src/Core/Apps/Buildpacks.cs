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
    public static IEnumerable<string> Faults(IEnumerable<string> names) =>
        from name in names
        where !BuiltIn.Contains(name)
        select $"Buildpack \"{name}\" must be an existing admin buildpack: {string.Join(" or ", BuiltIn)}";

    /// <summary>What staging says that it used.</summary>
    /// <param name="asked">What the user asked for; empty when staging is to find out.</param>
    public static ImmutableArray<string> Used(ImmutableArray<string> asked, bool hasProcfile) =>
        asked is { IsDefaultOrEmpty: false } ? asked : hasProcfile ? [Procfile] : [];
}
