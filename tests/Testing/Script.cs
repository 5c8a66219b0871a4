using System.Diagnostics;

namespace Granary.Testing;

/// <summary>Runs the repository's scripts.</summary>
public static class Script
{
    /// <summary>For one script, 5 minutes: it may have to fetch the packages of an image over a slow line.</summary>
    public static TimeSpan DurationMax { get; } = TimeSpan.FromMinutes(5);

    /// <summary>Runs a script to its end and returns its standard output without the last line's end.</summary>
    /// <exception cref="ScriptFailedException">It could not be started, exited with another code than 0, or took too long.</exception>
    public static async Task<string> Run(string script, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Repository.PathOf(script), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var line = $"{script} {string.Join(' ', start.ArgumentList)}";
        using var process = Start(start, line);
        process.StandardInput.Close();

        using var limit = new CancellationTokenSource(DurationMax);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return process.ExitCode == 0
                ? (await output).TrimEnd('\n')
                : throw new ScriptFailedException($"'{line}' failed with exit code {process.ExitCode}:\n{await errors}");
        }
        catch (OperationCanceledException cause)
        {
            process.Kill(entireProcessTree: true);
            throw new ScriptFailedException($"'{line}' did not end within {DurationMax}.", cause);
        }
    }

    private static Process Start(ProcessStartInfo start, string line)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception cause)
        {
            throw new ScriptFailedException($"'{line}' cannot be started: {cause.Message}", cause);
        }
    }
}

/// <summary>A script did not do what a test needs; the message holds what it said.</summary>
public sealed class ScriptFailedException(string message, Exception? cause = null) : Exception(message, cause);
