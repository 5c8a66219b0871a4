using System.Xml.Linq;
using Granary.Testing;

namespace Granary.Repo.Tests;

/// <summary>A project as its file describes it.</summary>
/// <param name="Name">For example "Core".</param>
/// <param name="Projects">Names of the projects it refers to.</param>
/// <param name="Packages">Packages it refers to, but those that only analyze.</param>
internal sealed record ProjectFile(string Name, string Path, IReadOnlySet<string> Projects, IReadOnlySet<string> Packages, XDocument Xml)
{
    /// <summary>The projects below a folder of the repository; none if the folder is not there.</summary>
    public static IReadOnlyList<ProjectFile> Below(string folder)
    {
        var root = Repository.PathOf(folder);
        return Directory.Exists(root)
            ? [.. Directory.EnumerateFiles(root, "*.csproj", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(Read)]
            : [];
    }

    private static ProjectFile Read(string path)
    {
        var xml = XDocument.Load(path);
        var projects = xml.Descendants("ProjectReference").Select(each => System.IO.Path.GetFileNameWithoutExtension(each.Attribute("Include")!.Value.Replace('\\', '/')));
        var packages = xml.Descendants("PackageReference").Where(each => each.Attribute("PrivateAssets")?.Value != "all").Select(each => each.Attribute("Include")!.Value);
        return new ProjectFile(System.IO.Path.GetFileNameWithoutExtension(path), path, projects.ToHashSet(), packages.ToHashSet(), xml);
    }
}
