using System.Diagnostics;

namespace Granary.Docker.Tests;

/// <summary>Programs of the host that tests look with.</summary>
internal static class Command
{
    public static async Task<string> Run(string name, IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(name, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{name} {string.Join(' ', arguments)} exited with {process.ExitCode}: {await errors}");
        return await output;
    }
}
