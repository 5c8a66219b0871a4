using System.Diagnostics;

namespace Granary.Cli.Tests;

/// <summary>The built command, run as people run it: as a process.</summary>
internal sealed class GranaryRun : IDisposable
{
    /// <summary>For one command, 60 s: it waits for what a test does, on a busy machine.</summary>
    private static readonly TimeSpan DurationMax = TimeSpan.FromSeconds(60);

    private readonly Process process;
    private readonly List<string> errors = [];
    private readonly List<(string Text, TaskCompletionSource Seen)> awaited = [];
    private readonly Task<string> output;
    private readonly Task reading;

    private GranaryRun(ProcessStartInfo start)
    {
        process = Process.Start(start)!;
        process.StandardInput.Close();
        output = process.StandardOutput.ReadToEndAsync();
        reading = ReadErrors();
    }

    public static string Executable { get; } = Path.Combine(AppContext.BaseDirectory, "Granary.Cli");

    public static GranaryRun Start(Uri? server, params IEnumerable<string> arguments) => new(How(server, Executable, arguments));

    public static async Task<GranaryEnd> Run(Uri? server, params IEnumerable<string> arguments)
    {
        using var run = Start(server, arguments);
        return await run.End();
    }

    /// <summary>The same at a terminal; what goes to either stream arrives in one.</summary>
    public static async Task<GranaryEnd> RunAtTerminal(Uri server, params IEnumerable<string> arguments)
    {
        var line = string.Join(' ', arguments.Prepend(Executable).Select(each => $"'{each}'"));
        using var run = new GranaryRun(How(server, "script", ["--quiet", "--return", "--command", line, "/dev/null"]));
        return await run.End();
    }

    /// <summary>Standard output byte by byte.</summary>
    public static async Task<byte[]> RunInBytes(Uri server, params IEnumerable<string> arguments)
    {
        var start = How(server, Executable, arguments);
        start.StandardOutputEncoding = System.Text.Encoding.Latin1;
        using var run = new GranaryRun(start);
        return System.Text.Encoding.Latin1.GetBytes((await run.End()).Output);
    }

    /// <summary>Waits until standard error has a line with this text.</summary>
    public async Task Says(string text)
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (errors)
        {
            if (errors.Any(each => each.Contains(text, StringComparison.Ordinal)))
            {
                return;
            }

            awaited.Add((text, seen));
        }

        try
        {
            await seen.Task.WaitAsync(DurationMax);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"The command did not say '{text}' within {DurationMax}. It said:\n{string.Join('\n', errors)}");
        }
    }

    /// <summary>Ctrl-C.</summary>
    public void Interrupt()
    {
        using var kill = Process.Start("kill", ["-INT", $"{process.Id}"]);
        kill.WaitForExit();
    }

    public async Task<GranaryEnd> End()
    {
        using var limit = new CancellationTokenSource(DurationMax);
        try
        {
            await process.WaitForExitAsync(limit.Token);
            await reading.WaitAsync(limit.Token);
            return new GranaryEnd(process.ExitCode, await output.WaitAsync(limit.Token), string.Concat(errors.Select(each => each + "\n")));
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"The command did not end within {DurationMax}. It said:\n{string.Join('\n', errors)}");
        }
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }

        process.Dispose();
    }

    private static ProcessStartInfo How(Uri? server, string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var name in start.Environment.Keys.Where(each => each.StartsWith("GRANARY_", StringComparison.Ordinal)).ToArray())
        {
            start.Environment.Remove(name);
        }

        // The runtime of this very test, wherever it lies.
        start.Environment["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", ".."));
        start.Environment["TERM"] = "xterm";
        start.Environment.Remove("NO_COLOR");
        if (server is not null)
        {
            start.Environment["GRANARY_API"] = server.GetLeftPart(UriPartial.Authority);
        }

        return start;
    }

    private async Task ReadErrors()
    {
        while (await process.StandardError.ReadLineAsync() is { } line)
        {
            lock (errors)
            {
                errors.Add(line);
                foreach (var (_, seen) in awaited.Where(each => line.Contains(each.Text, StringComparison.Ordinal)))
                {
                    seen.TrySetResult();
                }
            }
        }

        lock (errors)
        {
            foreach (var (text, seen) in awaited)
            {
                seen.TrySetException(new InvalidOperationException($"The command ended and never said '{text}'. It said:\n{string.Join('\n', errors)}"));
            }
        }
    }
}

/// <summary>How a command ended.</summary>
internal sealed record GranaryEnd(int Code, string Output, string Errors);
