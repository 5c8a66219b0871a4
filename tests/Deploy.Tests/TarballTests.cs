using System.Diagnostics;
using Granary.Testing;

namespace Granary.Deploy.Tests;

/// <summary>The tarball is built, unpacked in an empty folder, and runs where there is no .NET.</summary>
public sealed class TarballTests
{
    /// <summary>Two publishes, with the runtime fetched before the first.</summary>
    private static readonly TimeSpan BuildMax = TimeSpan.FromMinutes(15);

    private static readonly TimeSpan StartMax = TimeSpan.FromSeconds(90);

    [Fact]
    [Trait("Length", "Long")]
    public async Task Unpacked_in_an_empty_folder_it_starts_a_silo_without_any_dotnet()
    {
        var folder = await TestState.FolderFor("tarball");
        Directory.CreateDirectory(folder);
        var built = await Run(Repository.PathOf("deploy/tarball"), ["--output", folder], BuildMax);
        Assert.True(built.Code == 0, built.Errors);
        var unpacked = await Run("tar", ["--extract", "--gzip", "--file", built.Output.Trim(), "--directory", folder], BuildMax);
        Assert.True(unpacked.Code == 0, unpacked.Errors);
        var root = Assert.Single(Directory.GetDirectories(folder, "granary-*"));
        var granary = Path.Combine(root, "granary");
        Assert.All(new[] { "LICENSE", "docs/operations.md", "deploy/systemd/granary.service", "deploy/postgres/roles.sql", "deploy/stack-image/build" }, file => Assert.True(File.Exists(Path.Combine(root, file)), file));

        var ports = FreePorts.Take(3);
        var api = $"http://127.0.0.1:{ports[0]}";
        using var silo = Bare(granary, ["up", "--state", Path.Combine(folder, "state"), "--docker", "unix:///nonexistent/docker.sock", "--http", api, "--silo-port", $"{ports[1]}", "--gateway-port", $"{ports[2]}"]);
        try
        {
            var line = await silo.StandardOutput.ReadLineAsync().WaitAsync(StartMax);
            if (line is null)
            {
                Assert.Fail(await silo.StandardError.ReadToEndAsync()); // It has ended.
            }

            Assert.Contains("Granary is up: cell cell-1", line, StringComparison.Ordinal);
            using var cells = Bare(granary, ["apps", "--api", api]);
            await cells.WaitForExitAsync().WaitAsync(StartMax);
            Assert.Equal(0, cells.ExitCode);
        }
        finally
        {
            silo.Kill();
            await silo.WaitForExitAsync();
        }
    }

    /// <summary>With an environment in which nothing of .NET can be found.</summary>
    private static Process Bare(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        start.Environment.Clear();
        start.Environment["PATH"] = "/nonexistent";
        // The runtime looks for an installation of the machine there; a self-contained program must not need it.
        start.Environment["DOTNET_ROOT"] = "/nonexistent";
        return Process.Start(start)!;
    }

    private static async Task<(int Code, string Output, string Errors)> Run(string program, string[] arguments, TimeSpan atMost)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(atMost);
        return (process.ExitCode, await output, await errors);
    }
}
