using System.Diagnostics;
using System.IO.Compression;
using Granary.Testing;

namespace Granary.Product.Tests;

/// <summary>The ten lines that the README shows.</summary>
[Collection(SharedEngine.Collection)]
public sealed class SampleClientTests(SharedEngine engine)
{
    /// <summary>Where it was built: beside these tests it would miss what they take from the web framework.</summary>
    private static string Sample => AppContext.BaseDirectory.Replace("/Product.Tests/", "/Sample.Client/", StringComparison.Ordinal) + "Granary.Sample.Client";

    [Fact]
    public async Task It_runs_a_task_and_shows_its_log()
    {
        await using var silo = await SiloProcess.Up("sample-client", engine.SocketUri);
        var zip = Path.Combine(silo.Folder, "training-app.zip");
        await ZipFile.CreateFromDirectoryAsync(Repository.PathOf("samples/training-app"), zip);
        var start = new ProcessStartInfo(Sample, [$"{silo.GatewayPort}", zip]) { RedirectStandardOutput = true };
        start.Environment["DOTNET_ROOT"] = Programs.DotnetRoot;

        using var sample = Process.Start(start)!;
        using var limit = new CancellationTokenSource(Scene.EndMax);
        var lines = (await sample.StandardOutput.ReadToEndAsync(limit.Token)).TrimEnd().Split('\n');
        await sample.WaitForExitAsync(limit.Token);

        Assert.Equal(["The sample task ran to its end.", "Exit status 0", "Succeeded: exit status 0 after 1 attempt"], lines[1..]);
        await silo.LeavesNothing();
    }

    [Fact]
    public void The_readme_shows_it_as_it_is() =>
        Assert.Contains($"```csharp\n{File.ReadAllText(Repository.PathOf("samples/client/Program.cs"))}```", File.ReadAllText(Repository.PathOf("README.md")), StringComparison.Ordinal);
}
