using System.ComponentModel;
using System.Diagnostics;

namespace Granary.Silo.Docker;

/// <param name="Errors">What it said on its error stream, on one line.</param>
internal sealed record ToolResult(int ExitCode, string Output, string Errors);

/// <summary>Runs the small programs of the host that do what no API does: mkfs.ext4 and iptables.</summary>
internal static class Tool
{
    /// <summary>Where they are when PATH lacks the folders for administrators, as it does for ordinary users and some services.</summary>
    private static readonly string[] Folders = ["/usr/sbin", "/sbin", "/usr/bin", "/bin"];

    /// <param name="input">What it reads; the end of it at once by default.</param>
    /// <exception cref="ToolMissingException">There is no such program here.</exception>
    public static async Task<ToolResult> Run(string name, IEnumerable<string> arguments, CancellationToken cancellation, string input = "")
    {
        var start = new ProcessStartInfo(Find(name), arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        using var process = Start(start);
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        await Write(process.StandardInput, input);
        try
        {
            await process.WaitForExitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }

        return new ToolResult(process.ExitCode, await output, (await errors).Trim().ReplaceLineEndings("; "));
    }

    private static async Task Write(StreamWriter to, string input)
    {
        try
        {
            await to.WriteAsync(input);
            to.Close();
        }
        catch (IOException)
        {
            // It ended without reading all of it: its exit code tells why.
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new ToolMissingException(start.FileName);
        }
        catch (Win32Exception cause)
        {
            throw new ToolMissingException(start.FileName, cause);
        }
    }

    private static string Find(string name) =>
        Folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists) ?? throw new ToolMissingException(name);
}

internal sealed class ToolMissingException(string name, Exception? cause = null)
    : Exception($"{name} is not installed on this host, or cannot be run.", cause);
