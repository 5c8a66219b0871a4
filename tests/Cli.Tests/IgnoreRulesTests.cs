using System.Diagnostics;
using Granary.Cli.Packing;

namespace Granary.Cli.Tests;

/// <summary>What .cfignore means is what git makes of the same lines: git itself is asked.</summary>
public sealed class IgnoreRulesTests : IDisposable
{
    private static readonly string[] Paths =
    [
        "a", "b.log", "keep.log", "build/out", "build/keep", "src/build/out", "src/a.c", "src/deep/a.c", "src/deep/b.log", "doc/x/y/z.txt", "doc/z.txt", "a b", "a ", "#hash", "!bang", "[x]", "x1", "x-", "xz",
        "logs/today/debug.log", "logs/debug.log", "foo/bar", "x/foo/bar", "star*", "back\\slash", "UPPER", "node_modules/m/index.js", "lib/node_modules/m/index.js",
    ];

    private readonly string folder = Directory.CreateTempSubdirectory("granary-ignore-").FullName;

    [Theory]
    [InlineData("*.log\n!keep.log")]
    [InlineData("build/")]
    [InlineData("/build")]
    [InlineData("build/*\n!build/keep")]
    [InlineData("build\n!build/keep")]
    [InlineData("src/*.c")]
    [InlineData("src/**/a.c")]
    [InlineData("**/build")]
    [InlineData("doc/**")]
    [InlineData("doc/**/z.txt")]
    [InlineData("logs/**/debug.log")]
    [InlineData("a\\ ")]
    [InlineData("a   ")]
    [InlineData("\\#hash\n# a comment\n\\!bang")]
    [InlineData("\\[x\\]")]
    [InlineData("x[0-9]")]
    [InlineData("x[!0-9]")]
    [InlineData("x[-a]")]
    [InlineData("x[a-]")]
    [InlineData("[")]
    [InlineData("x[0")]
    [InlineData("foo/bar")]
    [InlineData("/foo/bar/")]
    [InlineData("star\\*\nback\\\\slash")]
    [InlineData("?")]
    [InlineData("upper")]
    [InlineData("node_modules\r\nb.log\r\n")]
    [InlineData("*\n!*/\n!*.c")]
    [InlineData("*\n!src\n!src/**")]
    [InlineData("a**\n\n/\n!")]
    [InlineData("src/*")]
    [InlineData("*/deep")]
    public async Task It_leaves_out_what_git_leaves_out(string lines)
    {
        foreach (var path in Paths)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, path))!);
            await File.WriteAllTextAsync(Path.Combine(folder, path), "");
        }

        // git takes a carriage return for a part of the name; files written on Windows are no reason to push a secret.
        await File.WriteAllTextAsync(Path.Combine(folder, ".gitignore"), lines.Replace("\r", "", StringComparison.Ordinal));
        await Git("init", "--quiet");

        var kept = (await Git("ls-files", "--others", "--exclude-standard", "-z")).Split('\0', StringSplitOptions.RemoveEmptyEntries).Where(each => each != ".gitignore");

        Assert.Equal(kept.Order(StringComparer.Ordinal), Kept(IgnoreRules.Parse(lines), new DirectoryInfo(folder), "").Order(StringComparer.Ordinal));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static IEnumerable<string> Kept(IgnoreRules rules, DirectoryInfo folder, string prefix) => folder.EnumerateFileSystemInfos()
        .Where(each => !rules.Ignores(prefix + each.Name, each is DirectoryInfo))
        .SelectMany(each => each is DirectoryInfo inner ? Kept(rules, inner, $"{prefix}{each.Name}/") : [prefix + each.Name]);

    private async Task<string> Git(params IEnumerable<string> arguments)
    {
        using var git = Process.Start(new ProcessStartInfo("git", ["-c", "core.excludesFile=", "-C", folder, .. arguments]) { RedirectStandardOutput = true })!;
        var output = await git.StandardOutput.ReadToEndAsync();
        await git.WaitForExitAsync();
        Assert.Equal(0, git.ExitCode);
        return output;
    }
}
