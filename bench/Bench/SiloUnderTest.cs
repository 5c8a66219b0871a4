using System.Diagnostics;
using System.Text;
using Granary.Client;
using Granary.Testing;

namespace Granary.Bench;

/// <summary>A silo as a process of its own.</summary>
internal sealed class SiloUnderTest : IAsyncDisposable
{
    /// <summary>For a silo to be up: 2 s on an idle machine.</summary>
    private static readonly TimeSpan StartMax = TimeSpan.FromSeconds(90);

    private static int number;

    private readonly Process process;
    private readonly TaskCompletionSource up = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly StringBuilder said = new();
    private GranaryConnection? connection;

    private SiloUnderTest(ProcessStartInfo start)
    {
        process = new Process { StartInfo = start, EnableRaisingEvents = true };
        process.OutputDataReceived += (_, line) =>
        {
            Hear(line.Data);
            up.TrySetResult(); // Standard output has one line, which says that it is up.
        };
        process.ErrorDataReceived += (_, line) => Hear(line.Data);
        process.Exited += (_, _) => up.TrySetException(new InvalidOperationException($"The silo ended before it was up:\n{Said}"));
    }

    public GranaryClient Client => connection!.Client;

    public string Said
    {
        get
        {
            lock (said)
            {
                return said.ToString();
            }
        }
    }

    /// <summary>Its HTTP API.</summary>
    public Uri Address { get; private init; } = null!;

    /// <param name="settings">More of the command line.</param>
    public static async Task<SiloUnderTest> Up(string engine, params IEnumerable<string> settings)
    {
        var ports = FreePorts.Take(3);
        string[] arguments = ["--cell", "bench", "--docker", engine, "--state", await TestState.FolderFor($"silo-{Interlocked.Increment(ref number)}"), "--http", $"http://127.0.0.1:{ports[0]}", "--silo-port", $"{ports[1]}", "--gateway-port", $"{ports[2]}", .. settings];
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Granary.Silo"), arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ForgetSettings();
        var silo = new SiloUnderTest(start) { Address = new Uri($"http://127.0.0.1:{ports[0]}") };
        silo.process.Start();
        silo.process.BeginOutputReadLine();
        silo.process.BeginErrorReadLine();
        await silo.up.Task.WaitAsync(StartMax);
        silo.connection = await GranaryConnection.Open(ports[2]);
        return silo;
    }

    public async ValueTask DisposeAsync()
    {
        if (connection is not null)
        {
            await connection.DisposeAsync();
        }

        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        process.Dispose();
    }

    private void Hear(string? line)
    {
        lock (said)
        {
            said.AppendLine(line);
        }
    }
}
