using System.Text.RegularExpressions;
using System.Xml.Linq;
using Granary.Testing;

namespace Granary.Repo.Tests;

/// <summary>The direction of dependencies, as ARCHITECTURE.md draws it. A project that is not there yet breaks nothing.</summary>
public sealed partial class WhoMayKnowWhomTests
{
    private static readonly Dictionary<string, string[]> May = new()
    {
        ["Core"] = [],
        ["Grains"] = ["Core"],
        ["Client"] = ["Core", "Grains"],
        ["Api"] = ["Client", "Core", "Grains"],
        ["Console"] = ["Client", "Core", "Grains"],
        ["Cli"] = ["Simulator"],
        ["Simulator"] = ["Core"],
        ["Silo"] = ["Api", "Client", "Console", "Core", "Grains"],
    };

    /// <summary>What only the composition root may know: the engine and the databases.</summary>
    private static readonly string[] OfTheSiloAlone = ["Docker.DotNet", "Npgsql", "Microsoft.Data.Sqlite", "Dapper", ".AdoNet"];

    [Fact]
    public void A_project_knows_only_whom_it_may_know()
    {
        var faults = ProjectFile.Below("src").SelectMany(project => May.TryGetValue(project.Name, out var may)
            ? project.Projects.Except(may).Select(each => $"{project.Name} must not know {each}")
            : [$"{project.Name} is in no row of this test"]);

        Assert.Empty(faults);
    }

    [Fact]
    public void Core_has_no_packages() =>
        Assert.Empty(ProjectFile.Below("src").Single(each => each.Name == "Core").Packages);

    [Fact]
    public void Only_the_silo_knows_the_engine_and_the_databases() =>
        Assert.Empty(ProjectFile.Below("src")
            .Where(project => project.Name != "Silo")
            .SelectMany(project => project.Packages.Where(package => OfTheSiloAlone.Any(each => package.Contains(each, StringComparison.OrdinalIgnoreCase))).Select(package => $"{project.Name} refers to {package}")));

    [Fact]
    public void The_command_knows_nothing_of_Orleans() =>
        Assert.DoesNotContain(ProjectFile.Below("src").Where(each => each.Name is "Cli" or "Simulator").SelectMany(each => each.Packages), each => each.Contains("Orleans", StringComparison.Ordinal));

    [Fact]
    public void Nobody_in_src_knows_a_test() =>
        Assert.Empty(ProjectFile.Below("src").SelectMany(each => each.Projects).Intersect(ProjectFile.Below("tests").Select(each => each.Name)));

    [Fact]
    public void Grain_classes_are_internal() =>
        Assert.Empty(SourceFiles.Below("src").Where(file => PublicGrain().IsMatch(file.Text)).Select(file => file.Name));

    [Fact]
    public void The_search_for_public_grains_finds_one()
    {
        Assert.Matches(PublicGrain(), "public sealed partial class TaskGrain(\n    IClock clock)\n    : Grain, ITaskGrain");
        Assert.DoesNotMatch(PublicGrain(), "internal sealed class TaskGrain(IClock clock) : Grain, ITaskGrain");
    }

    [Fact]
    public void Versions_are_central_and_exact()
    {
        var central = XDocument.Load(Repository.PathOf("Directory.Packages.props")).Descendants("PackageVersion").Select(each => (Name: each.Attribute("Include")!.Value, Version: each.Attribute("Version")!.Value)).ToArray();
        var own = ProjectFile.Below("src").Concat(ProjectFile.Below("tests")).Concat(ProjectFile.Below("bench")).Where(project => project.Xml.Descendants("PackageReference").Any(each => each.Attribute("Version") is not null || each.Attribute("VersionOverride") is not null));

        Assert.NotEmpty(central);
        Assert.All(central, each => Assert.Matches(ExactVersion(), each.Version));
        Assert.Equal(central.Select(each => each.Name).Order(StringComparer.OrdinalIgnoreCase), central.Select(each => each.Name));
        Assert.Empty(own.Select(each => each.Name));
    }

    [Fact]
    public void Every_project_has_its_lock_file() => Assert.Empty(ProjectFile.Below("src").Concat(ProjectFile.Below("tests")).Concat(ProjectFile.Below("bench"))
        .Where(each => !File.Exists(Path.Combine(Path.GetDirectoryName(each.Path)!, "packages.lock.json")))
        .Select(each => $"{each.Name} has no packages.lock.json"));

    [Fact]
    public void Every_project_of_the_solution_is_there() => Assert.DoesNotContain(
        SolutionProject().Matches(File.ReadAllText(Repository.PathOf("Orleans.sln"))).Select(each => each.Groups["path"].Value.Replace('\\', '/')),
        path => !File.Exists(Repository.PathOf(path)));

    [GeneratedRegex("\"(?<path>[^\"]+\\.csproj)\"", RegexOptions.ExplicitCapture)]
    private static partial Regex SolutionProject();

    [GeneratedRegex(@"public[a-z ]* class \w+(\([^{]*\))?\s*:\s*(Grain|IGrainBase)\b", RegexOptions.ExplicitCapture)]
    private static partial Regex PublicGrain();

    [GeneratedRegex(@"^[0-9]+(\.[0-9]+){1,3}(-[0-9A-Za-z.]+)?$", RegexOptions.ExplicitCapture)]
    private static partial Regex ExactVersion();
}
