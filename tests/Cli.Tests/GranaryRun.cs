using System.Diagnostics;
using System.Text;
using Granary.Testing;

namespace Granary.Cli.Tests;

/// <summary>The built command, run as people run it: as a process.</summary>
internal sealed class GranaryRun : IDisposable
{
    /// <summary>For one command, 60 s: it waits for what a test does, on a busy machine.</summary>
    private static readonly TimeSpan DurationMax = TimeSpan.FromSeconds(60);

    private readonly Process process;
    private readonly Heard output;
    private readonly Heard errors;

    private GranaryRun(ProcessStartInfo start)
    {
        process = Process.Start(start)!;
        process.StandardInput.Close();
        output = new Heard(process.StandardOutput);
        errors = new Heard(process.StandardError);
    }

    public int Id => process.Id;

    /// <summary>Where logins are kept; by server, and each test has its own.</summary>
    public static string Home { get; } = Path.Combine(AppContext.BaseDirectory, "home");

    public static string Executable { get; } = Path.Combine(AppContext.BaseDirectory, "Granary.Cli");

    public static GranaryRun Start(Uri? server, params IEnumerable<string> arguments) => new(How(server, Executable, arguments));

    public static async Task<GranaryEnd> Run(Uri? server, params IEnumerable<string> arguments)
    {
        using var run = Start(server, arguments);
        return await run.End();
    }

    /// <summary>The same in the clone's own folder, as the pages show it.</summary>
    public static async Task<GranaryEnd> RunInClone(params IEnumerable<string> arguments)
    {
        var start = How(null, Executable, arguments);
        start.WorkingDirectory = Repository.Root;
        using var run = new GranaryRun(start);
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
        start.StandardOutputEncoding = Encoding.Latin1;
        using var run = new GranaryRun(start);
        return Encoding.Latin1.GetBytes((await run.End()).Output);
    }

    /// <summary>Waits until standard error has this text.</summary>
    public Task Says(string text) => errors.Has(text, DurationMax, output);

    /// <summary>Waits until standard output has this text.</summary>
    public Task Shows(string text) => output.Has(text, DurationMax, errors);

    /// <summary>Ctrl-C.</summary>
    public void Interrupt() => Signal.Interrupt.To(process.Id);

    public async Task<GranaryEnd> End()
    {
        using var limit = new CancellationTokenSource(DurationMax);
        try
        {
            await process.WaitForExitAsync(limit.Token);
            return new GranaryEnd(process.ExitCode, await output.All(limit.Token), await errors.All(limit.Token));
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"The command did not end within {DurationMax}. It said:\n{errors.SoFar}");
        }
    }

    /// <summary>SIGKILL.</summary>
    public async Task Kill()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }

        process.Dispose();
    }

    /// <summary>With the silo that was built beside this test.</summary>
    public static GranaryRun Up(params IEnumerable<string> arguments) => UpWith(Path.Combine(AppContext.BaseDirectory, "Granary.Silo"), arguments);

    public static GranaryRun UpWith(string silo, params IEnumerable<string> arguments)
    {
        // In a shell that has spoken to a server before; to a silo that says nothing.
        var start = How(new Uri("http://127.0.0.1:1"), Executable, arguments.Prepend("up"));
        start.Environment["GRANARY_SILO"] = silo;
        return new GranaryRun(start);
    }

    private static ProcessStartInfo How(Uri? server, string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ForgetSettings();
        start.Environment["TERM"] = "xterm";
        start.Environment.Remove("NO_COLOR");
        // Not the logins of whoever runs the tests.
        start.Environment["GRANARY_HOME"] = Home;
        if (server is not null)
        {
            start.Environment["GRANARY_API"] = server.GetLeftPart(UriPartial.Authority);
        }

        return start;
    }
}

/// <summary>How a command ended.</summary>
internal sealed record GranaryEnd(int Code, string Output, string Errors);

/// <summary>What came from one stream so far.</summary>
internal sealed class Heard
{
    private readonly StringBuilder text = new();
    private readonly List<(string Text, TaskCompletionSource Heard)> awaited = [];
    private readonly Task reading;

    public Heard(StreamReader from) => reading = Read(from);

    public string SoFar
    {
        get
        {
            lock (text)
            {
                return text.ToString();
            }
        }
    }

    public async Task<string> All(CancellationToken cancellation)
    {
        await reading.WaitAsync(cancellation);
        return SoFar;
    }

    /// <summary>Waits for this part; where it does not come, the failure tells what came instead, here and on the other stream.</summary>
    public async Task Has(string part, TimeSpan within, Heard other)
    {
        var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (text)
        {
            awaited.Add((part, heard));
            Tell();
        }

        if (await Task.WhenAny(heard.Task, reading, Task.Delay(within)) != heard.Task && !heard.Task.IsCompleted)
        {
            Assert.Fail($"Nothing was heard of '{part}' {(reading.IsCompleted ? "before the end" : $"within {within}")}, but:\n{SoFar}\nand on the other stream:\n{other.SoFar}");
        }
    }

    private async Task Read(StreamReader from)
    {
        var piece = new char[4096];
        for (int read; (read = await from.ReadAsync(piece)) > 0;)
        {
            lock (text)
            {
                text.Append(piece, 0, read);
                Tell();
            }
        }
    }

    private void Tell()
    {
        var now = text.ToString();
        foreach (var (_, heard) in awaited.Where(each => now.Contains(each.Text, StringComparison.Ordinal)))
        {
            heard.TrySetResult();
        }
    }
}
