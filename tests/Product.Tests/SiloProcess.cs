using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Granary.Client;
using Granary.Testing;

namespace Granary.Product.Tests;

/// <summary>A silo as a process of its own on a real engine, with a folder that outlives it. It may be killed and started again.</summary>
internal sealed class SiloProcess : IAsyncDisposable
{
    /// <summary>For a silo to be up, or to give up: it starts in about 2 s on an idle machine.</summary>
    private static readonly TimeSpan StartMax = TimeSpan.FromSeconds(90);

    /// <summary>The runtime of this very test, wherever it lies.</summary>
    public static readonly string DotnetRoot = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", ".."));

    private readonly int[] ports = FreePorts();
    private readonly StringBuilder said = new();
    private readonly string[] more;
    private Process? process;
    private GranaryConnection? connection;

    private SiloProcess(string folder, string engine, string[] more)
    {
        Folder = folder;
        Engine = engine;
        this.more = more;
    }

    public string Folder { get; }

    /// <summary>The cell it serves.</summary>
    public string Cell => Array.LastIndexOf(more, "--cell") is >= 0 and var at ? more[at + 1] : "product";

    public string Engine { get; }

    public int GatewayPort => ports[2];

    public Uri Api => new($"http://127.0.0.1:{ports[0]}");

    public GranaryClient Client => (connection ?? throw new InvalidOperationException("The silo is not up.")).Client;

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

    /// <summary>A silo that is up.</summary>
    public static async Task<SiloProcess> Up(string name, string engine, params string[] more)
    {
        var silo = new SiloProcess(await TestState.FolderFor(name), engine, more);
        await silo.Start();
        return silo;
    }

    /// <summary>A silo that cannot start: its exit code and its words.</summary>
    public static async Task<(int Code, string Words)> Fails(string folder, string engine, params string[] more)
    {
        await using var silo = new SiloProcess(folder, engine, more);
        silo.Launch();
        using var limit = new CancellationTokenSource(StartMax);
        await silo.process!.WaitForExitAsync(limit.Token);
        return (silo.process.ExitCode, silo.Said);
    }

    public async Task Start()
    {
        Launch();
        using var limit = new CancellationTokenSource(StartMax);
        using var http = new HttpClient();
        while (true)
        {
            Assert.False(process!.HasExited, $"The silo ended before it was up:\n{Said}");
            try
            {
                if ((await http.GetAsync(new Uri(Api, "/healthz"), limit.Token)).IsSuccessStatusCode)
                {
                    break;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(50, limit.Token);
        }

        connection = await GranaryConnection.Open(GatewayPort, limit.Token);
    }

    /// <summary>SIGKILL.</summary>
    public async Task Kill()
    {
        process!.Kill();
        await Gone();
    }

    /// <summary>SIGTERM; returns the exit code.</summary>
    public async Task<int> Stop()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{process!.Id}"]);
        await kill.WaitForExitAsync();
        var ended = process;
        await Gone();
        return ended.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (process is { HasExited: false })
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        await Disconnect();
        process?.Dispose();
    }

    private static int[] FreePorts()
    {
        var listeners = Enumerable.Range(0, 3).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        Array.ForEach(listeners, each => each.Start());
        var free = listeners.Select(each => ((IPEndPoint)each.LocalEndpoint).Port).ToArray();
        Array.ForEach(listeners, each => each.Dispose());
        return free;
    }

    private async Task Gone()
    {
        using var limit = new CancellationTokenSource(StartMax);
        await process!.WaitForExitAsync(limit.Token);
        await Disconnect();
    }

    private async Task Disconnect()
    {
        if (connection is not null)
        {
            await connection.DisposeAsync();
            connection = null;
        }
    }

    private void Launch()
    {
        string[] arguments = ["--cell", Cell, "--docker", Engine, "--state", Folder, "--http", Api.GetLeftPart(UriPartial.Authority), "--silo-port", $"{ports[1]}", "--gateway-port", $"{GatewayPort}"];
        // A switch that is given twice counts as it was given last.
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Granary.Silo"), [.. arguments, .. more]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var name in start.Environment.Keys.Where(each => each.StartsWith("GRANARY_", StringComparison.Ordinal)).ToArray())
        {
            start.Environment.Remove(name);
        }

        start.Environment["DOTNET_ROOT"] = DotnetRoot;
        process = new Process { StartInfo = start };
        process.OutputDataReceived += Hear;
        process.ErrorDataReceived += Hear;
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    private void Hear(object sender, DataReceivedEventArgs line)
    {
        lock (said)
        {
            said.AppendLine(line.Data);
        }
    }
}
