using System.Diagnostics;
using Granary.Testing;

namespace Granary.Deploy.Tests;

/// <summary>The docker client that the distribution installs with the engine; a newer one elsewhere may refuse an old engine.</summary>
internal static class Docker
{
    public static async Task<string> Run(string engineUri, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("/usr/bin/docker", ["--host", engineUri, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(Script.DurationMax);
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var errors = process.StandardError.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        Assert.True(process.ExitCode == 0, $"docker {string.Join(' ', arguments)} exited with {process.ExitCode}: {await errors}");
        return (await output).TrimEnd('\n');
    }
}
