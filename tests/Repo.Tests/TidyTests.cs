using System.Text.RegularExpressions;
using Granary.Testing;

namespace Granary.Repo.Tests;

public sealed partial class TidyTests
{
    /// <summary>Longer than this, a file holds more than one thing.</summary>
    private const int LinesMax = 400;

    private static readonly string[] KnownInRoot =
    [
        ".ci", ".editorconfig", ".git", ".gitattributes", ".gitignore", "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "Directory.Build.props",
        "Directory.Build.targets", "Directory.Packages.props", "INFLUENCES.md", "LICENSE", "NuGet.config", "Orleans.sln", "README.md", "bench", "deploy", "docs", "global.json",
        "granary", "samples", "src", "test", "tests",
    ];

    /// <summary>Folders of somebody's machine have no place in a repository that others clone. Put together here, so that this file does not find itself.</summary>
    private static readonly string[] PrivatePaths = ["/wo" + "rk/", "C:" + "\\Users"];

    [Fact]
    public void No_source_file_is_too_long() =>
        Assert.Empty(SourceFiles.Below("src").Where(each => each.Text.Count(letter => letter == '\n') > LinesMax).Select(each => each.Name));

    [Fact]
    public void Usings_are_sorted_with_those_of_System_first() => Assert.Empty(
        from file in SourceFiles.Below("")
        let names = Using().Matches(file.Text).Select(each => each.Groups["name"].Value).ToArray()
        where !names.SequenceEqual(names.OrderBy(each => each.Split('.')[0] != "System").ThenBy(each => each.Replace('.', ' '), StringComparer.OrdinalIgnoreCase))
        select file.Name);

    [Fact]
    public void The_root_holds_only_what_is_known() => Assert.Empty(SourceFiles.Root().Except(KnownInRoot));

    [Fact]
    public void No_file_names_a_private_path() => Assert.Empty(
        from file in SourceFiles.AllText()
        from path in PrivatePaths
        where file.Text.Contains(path, StringComparison.Ordinal)
        select $"{file.Name} names {path}");

    [Fact]
    public void Every_link_in_a_document_leads_somewhere()
    {
        var documents = SourceFiles.AllText().Where(each => each.Name.EndsWith(".md", StringComparison.Ordinal)).ToArray();

        Assert.NotEmpty(documents);
        Assert.Empty(documents.SelectMany(BrokenLinks));
    }

    [Fact]
    public void A_broken_link_is_found()
    {
        var document = new SourceFile("docs/example.md", "# A\n## It's `so`, really\n[a](glossary.md) [b](#its-so-really) [c](nowhere.md) [d](#nothing) [e](https://example.com) [f](glossary.md#words)\n");

        Assert.Equal(["docs/example.md links to nowhere.md", "docs/example.md links to #nothing", "docs/example.md links to glossary.md#words"], BrokenLinks(document));
    }

    [Fact]
    public void The_glossary_is_sorted_and_explains_every_word()
    {
        var lines = File.ReadAllLines(Repository.PathOf("docs", "glossary.md")).Where(each => each.StartsWith("- ", StringComparison.Ordinal)).ToArray();

        var entries = lines.Select(line => (Line: line, Match: Entry().Match(line))).ToArray();

        Assert.NotEmpty(entries);
        Assert.All(entries, each => Assert.True(each.Match.Success, $"not a word with its meaning: {each.Line}"));
        var words = entries.Select(each => each.Match.Groups["word"].Value).ToArray();
        Assert.Equal(words.Order(StringComparer.Ordinal), words);
        Assert.Equal(words.Distinct(), words);
        Assert.Empty(new[] { "adoption", "app", "attempt", "cell", "droplet", "instance", "lease", "placement", "rescheduling", "serving epoch", "silo", "story", "task", "unconfirmed", "warden" }.Except(words));
    }

    [Fact]
    public void Types_have_no_empty_names() => Assert.Empty(
        from file in SourceFiles.Below("src")
        from Match match in EmptyName().Matches(file.Text)
        select $"{file.Name}: {match.Value}");

    private static IEnumerable<string> BrokenLinks(SourceFile document) =>
        from Match match in Link().Matches(Code().Replace(document.Text, ""))
        let target = match.Groups["target"].Value
        where !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith("mailto:", StringComparison.Ordinal) && !Leads(document, target)
        select $"{document.Name} links to {target}";

    private static bool Leads(SourceFile document, string target)
    {
        var (path, anchor) = target.Split('#') is [var left, var right] ? (left, right) : (target, "");
        var full = Path.GetFullPath(Path.Combine(Repository.Root, Path.GetDirectoryName(document.Name)!, path));
        if (path.Length > 0 && !Path.Exists(full))
        {
            return false;
        }

        return anchor.Length == 0 || Anchors(path.Length == 0 ? document.Text : File.ReadAllText(full)).Contains(anchor);
    }

    /// <summary>As forges make them: lower case, punctuation dropped, spaces to hyphens.</summary>
    private static IEnumerable<string> Anchors(string text) => text.Split('\n')
        .Where(line => line.StartsWith('#'))
        .Select(line => string.Concat(line.TrimStart('#').Trim().ToLowerInvariant().Where(each => char.IsLetterOrDigit(each) || each is ' ' or '-' or '_')).Replace(' ', '-'));

    [GeneratedRegex(@"^using (?<name>[\w.]+);\r?$", RegexOptions.Multiline)]
    private static partial Regex Using();

    [GeneratedRegex(@"\[[^\]]*\]\((?<target>[^)\s]+)\)", RegexOptions.ExplicitCapture)]
    private static partial Regex Link();

    [GeneratedRegex(@"```.*?```", RegexOptions.Singleline)]
    private static partial Regex Code();

    [GeneratedRegex(@"^- \*(?<word>[^*]+)\*: .{10,}$", RegexOptions.ExplicitCapture)]
    private static partial Regex Entry();

    [GeneratedRegex(@"\b(class|record|interface|struct) \w+(Manager|Helper|Util|Utils|Info)\b", RegexOptions.ExplicitCapture)]
    private static partial Regex EmptyName();
}
