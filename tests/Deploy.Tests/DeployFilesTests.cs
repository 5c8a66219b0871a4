using System.Diagnostics;
using System.Text.RegularExpressions;
using Granary.Testing;

namespace Granary.Deploy.Tests;

/// <summary>The unit, the compose files and the Dockerfile, as far as they can be checked without systemd running and without a registry.</summary>
public sealed partial class DeployFilesTests
{
    private const string Unit = "deploy/systemd/granary.service";

    [Fact]
    public async Task The_unit_is_one_that_systemd_takes_without_a_word()
    {
        var folder = Directory.CreateTempSubdirectory("granary-unit-");
        try
        {
            // systemd looks for the program, which is not installed here.
            var copy = Path.Combine(folder.FullName, "granary.service");
            await File.WriteAllTextAsync(copy, (await File.ReadAllTextAsync(Repository.PathOf(Unit))).Replace("/opt/granary/granary ", "/bin/true ", StringComparison.Ordinal));

            var (code, words) = await Run("systemd-analyze", [], "verify", copy);

            Assert.True(code == 0 && words.Length == 0, words);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void The_unit_leaves_the_silo_alone_when_its_warden_dies_and_waits_longer_than_a_drain_takes()
    {
        var lines = File.ReadAllLines(Repository.PathOf(Unit));

        Assert.Contains("KillMode=process", lines);
        Assert.Contains("Type=notify", lines);
        Assert.Contains("TimeoutStopSec=90", lines);
        // Each of these would give it mounts of its own, in which the engine finds no disk of a task.
        Assert.DoesNotContain(lines, line => MountNamespace().IsMatch(line));
    }

    [Theory]
    [InlineData("deploy/compose/one-node.yaml")]
    [InlineData("deploy/compose/three-nodes.yaml")]
    public async Task A_compose_file_is_valid(string file)
    {
        var command = await Compose();
        (string, string)[] variables = [("GRANARY_CELL", "cell-2"), ("GRANARY_ADVERTISE", "10.0.0.2"), ("GRANARY_DB", "postgres://granary_app:SECRET@10.0.0.1/granary")];

        var (code, words) = await Run(command[0], variables, [.. command[1..], "--file", Repository.PathOf(file), "config", "--quiet"]);

        Assert.True(code == 0, words);
    }

    [Fact]
    public async Task The_compose_file_of_a_cluster_asks_for_what_each_host_has_to_be_told()
    {
        var command = await Compose();

        var (code, words) = await Run(command[0], [], [.. command[1..], "--file", Repository.PathOf("deploy/compose/three-nodes.yaml"), "config", "--quiet"]);

        Assert.NotEqual(0, code);
        Assert.Contains("the name of this host's cell", words, StringComparison.Ordinal);
    }

    [Fact]
    public void Images_have_versions_and_files_that_are_copied_are_there()
    {
        var docker = File.ReadAllText(Repository.PathOf("deploy/Dockerfile"));
        var images = ImageArgument().Matches(docker).Select(each => each.Groups["image"].Value)
            .Concat(Directory.GetFiles(Repository.PathOf("deploy/compose")).SelectMany(file => ImageKey().Matches(File.ReadAllText(file)).Select(each => each.Groups["image"].Value)))
            .ToArray();
        var version = Version().Match(File.ReadAllText(Repository.PathOf("Directory.Build.props"))).Groups["version"].Value;

        Assert.True(images.Length >= 5, string.Join(' ', images));
        Assert.All(images, image => Assert.Matches(@":\d+\.\d+", image));
        Assert.All(images.Where(image => image.StartsWith("granary:", StringComparison.Ordinal)), image => Assert.Equal($"granary:{version}", image));
        var copied = Copy().Matches(docker).SelectMany(each => each.Groups["files"].Value.Split(' ')).ToArray();
        Assert.NotEmpty(copied);
        Assert.All(copied, file => Assert.True(Path.Exists(Repository.PathOf(file)), file));
    }

    [Fact]
    public void The_examples_of_settings_hold_known_settings()
    {
        foreach (var file in Directory.GetFiles(Repository.PathOf("deploy/systemd"), "*.json"))
        {
            using var settings = System.Text.Json.JsonDocument.Parse(File.ReadAllText(file));
            Assert.All(settings.RootElement.EnumerateObject(), each => Assert.Contains(each.Name, new[] { "Cell", "Advertise", "Db" }));
        }
    }

    [Fact]
    public async Task Scripts_of_deploy_have_no_fault_that_shellcheck_knows()
    {
        string[] scripts = [.. new[] { "demo", "local-cluster", "tarball", "engine/private-engine", "engine/find-engine", "postgres/private-postgres", "stack-image/build", "stack-image/build-busybox" }.Select(each => Repository.PathOf("deploy", each))];

        var (code, words) = await Run("shellcheck", [], ["--external-sources", .. scripts]);

        Assert.True(code == 0, words);
    }

    /// <summary>The engine's own plugin, or the program before it.</summary>
    private static async Task<string[]> Compose() => (await Run("docker", [], "compose", "version")).Code == 0 ? ["docker", "compose"] : ["docker-compose"];

    private static async Task<(int Code, string Words)> Run(string program, (string Name, string Value)[] variables, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, $"{await output}{errors}".Trim());
    }

    [GeneratedRegex("^(Protect(System|Home|ControlGroups|KernelTunables|KernelModules|KernelLogs|Proc)|Private(Tmp|Devices|Mounts)|(ReadOnly|ReadWrite|Inaccessible|Bind|Exec|NoExec)(ReadOnly)?Paths|TemporaryFileSystem|RootDirectory|MountFlags)=")]
    private static partial Regex MountNamespace();

    [GeneratedRegex(@"^ARG \w+_IMAGE=(?<image>\S+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex ImageArgument();

    [GeneratedRegex(@"^ +image: (?<image>\S+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex ImageKey();

    [GeneratedRegex(@"^COPY (?!--from)(?<files>.+) \S+$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Copy();

    [GeneratedRegex("<Version>(?<version>.+)</Version>", RegexOptions.ExplicitCapture)]
    private static partial Regex Version();
}
