using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Granary.Testing;

namespace Granary.Product.Tests;

/// <summary><c>Granary.Silo host</c> as systemd would start it, with this test in systemd's place.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    /// <summary>For a silo to be up, or gone.</summary>
    public static readonly TimeSpan Max = TimeSpan.FromSeconds(90);

    private readonly Socket notices = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly List<string> said = [];
    private readonly List<string> output = [];
    private readonly string folder;
    private readonly string socket;
    private readonly Process process;

    public ServiceProcess(string folder, params string[] switches)
    {
        this.folder = folder;
        Directory.CreateDirectory(folder);
        socket = Path.Combine(folder, $"notify-{Guid.NewGuid():N}"[..12]);
        notices.Bind(new UnixDomainSocketEndPoint(socket));
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Granary.Silo"), ["host", "--state", folder, .. switches]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ForgetSettings();
        start.Environment["NOTIFY_SOCKET"] = socket;
        start.Environment["WATCHDOG_USEC"] = "400000";
        process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Hear(output, line.Data);
        process.ErrorDataReceived += (_, line) => Hear(output, line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _ = Listen();
    }

    public int Pid => process.Id;

    public string Text
    {
        get
        {
            lock (said)
            {
                lock (output)
                {
                    return string.Join('\n', [.. said, .. output]);
                }
            }
        }
    }

    /// <summary>How often systemd was told this.</summary>
    public int Count(string words)
    {
        lock (said)
        {
            return said.Count(each => each.Contains(words, StringComparison.Ordinal));
        }
    }

    public async Task Until(Func<bool> condition, string what)
    {
        using var limit = new CancellationTokenSource(Max);
        while (!condition())
        {
            Assert.False(process.HasExited, $"It ended before {what}:\n{Text}");
            Assert.False(limit.IsCancellationRequested, $"Waited {Max} until {what}:\n{Text}");
            await Task.Delay(50, CancellationToken.None);
        }
    }

    /// <summary>Its exit code. What it started may go on, and hold its output open.</summary>
    public async Task<int> Ended()
    {
        using var limit = new CancellationTokenSource(Max);
        while (!process.HasExited)
        {
            await Task.Delay(50, limit.Token);
        }

        return process.ExitCode;
    }

    /// <summary>The living process that a file of the cell's folder names; null for none.</summary>
    public static int? PidIn(string file) =>
        File.Exists(file) && File.ReadAllText(file).Split('/') is [_, var number, ..] && int.TryParse(number, out var pid) && Directory.Exists($"/proc/{pid}") ? pid : null;

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
            await Ended();
        }

        // Of a test that failed: its warden first, or that would start the silo again.
        var silos = Path.Combine(folder, "cell-1", "silos");
        foreach (var file in Directory.Exists(silos) ? Directory.EnumerateFiles(silos).Prepend(Path.Combine(folder, "cell-1", "warden")) : [])
        {
            if (PidIn(file) is { } left)
            {
                Signal.Kill.To(left);
            }
        }

        process.Dispose();
        notices.Dispose();
        File.Delete(socket);
    }

    private async Task Listen()
    {
        var buffer = new byte[4096];
        try
        {
            while (true)
            {
                var length = await notices.ReceiveAsync(buffer);
                Hear(said, Encoding.UTF8.GetString(buffer, 0, length));
            }
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private static void Hear(List<string> lines, string? line)
    {
        lock (lines)
        {
            if (line is not null)
            {
                lines.Add(line);
            }
        }
    }
}
