using Granary.Testing;

namespace Granary.Repo.Tests;

/// <summary>A text file of the repository.</summary>
/// <param name="Name">Relative to the root, with forward slashes.</param>
internal sealed record SourceFile(string Name, string Text);

internal static class SourceFiles
{
    /// <summary>What is made by building or running, and is in no commit.</summary>
    private static readonly string[] Made = [".git", "artifacts", ".state", "TestResults", "bin", "obj", ".vs", ".idea"];

    private static readonly string[] TextEndings = [".cs", ".csproj", ".props", ".targets", ".md", ".json", ".txt", ".story", ".sh", ".yaml", ".yml", ".sql", ".sln", ".html", ".editorconfig", ".gitignore", ".gitattributes", ""];

    /// <summary>The text files below a folder of the repository ("" for all), sorted; none if the folder is not there.</summary>
    public static IEnumerable<SourceFile> Below(string folder, string ending = ".cs") => Names(Repository.PathOf(folder))
        .Where(path => path.EndsWith(ending, StringComparison.Ordinal))
        .Select(Read);

    public static IEnumerable<SourceFile> AllText() => Names(Repository.Root)
        .Where(path => TextEndings.Contains(Path.GetExtension(path)))
        .Select(Read);

    /// <summary>Names of files and folders in the root that a commit could hold.</summary>
    public static IEnumerable<string> Root() => Directory.EnumerateFileSystemEntries(Repository.Root).Select(path => Path.GetFileName(path)!).Except(Made);

    private static IEnumerable<string> Names(string folder) => !Directory.Exists(folder)
        ? []
        : Directory.EnumerateFiles(folder)
            .Concat(Directory.EnumerateDirectories(folder).Where(path => !Made.Contains(Path.GetFileName(path))).SelectMany(Names))
            .Order(StringComparer.Ordinal);

    private static SourceFile Read(string path) => new(Path.GetRelativePath(Repository.Root, path).Replace('\\', '/'), File.ReadAllText(path));
}
