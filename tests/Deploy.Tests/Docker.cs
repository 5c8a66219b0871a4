using System.Diagnostics;
using Granary.Testing;

namespace Granary.Deploy.Tests;

/// <summary>The docker client.</summary>
internal static class Docker
{
    public static async Task<string> Run(string engineUri, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("docker", ["--host", engineUri, .. arguments])
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
