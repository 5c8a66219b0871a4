using System.Diagnostics;
using Granary.Client;
using Granary.Testing;

namespace Granary.Product.Tests;

/// <summary>A silo as a process of its own on a real engine, with a folder that outlives it. It may be killed and started again.</summary>
internal sealed class SiloProcess : IAsyncDisposable
{
    /// <summary>For a silo to be up, or to give up: it starts in about 2 s on an idle machine.</summary>
    private static readonly TimeSpan StartMax = TimeSpan.FromSeconds(90);

    private readonly int[] ports = FreePorts.Take(3);
    private readonly List<string> output = [];
    private readonly List<string> errors = [];
    private readonly string[] more;
    private Process? process;
    private GranaryConnection? connection;

    /// <summary>An engine that nobody asks.</summary>
    private const string NoEngine = "unix:///nonexistent/docker.sock";

    private const string Subject = "-dac_override,-dac_read_search";

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

    public int SiloPort => ports[1];

    public int GatewayPort => ports[2];

    public Uri Api => new($"http://127.0.0.1:{ports[0]}");

    public GranaryClient Client => (connection ?? throw new InvalidOperationException("The silo is not up.")).Client;

    /// <summary>Root's capabilities that it goes without from its next start, as setpriv takes them; null for none.</summary>
    public string? WithoutCapabilities { get; set; }

    public int Pid => process!.Id;

    /// <summary>Lines of standard output so far, over all its lives.</summary>
    public string[] Output => Copy(output);

    public string[] Errors => Copy(errors);

    /// <summary>What it told its operator as an error or worse.</summary>
    public string[] Faults => [.. Errors.Where(each => each.StartsWith("fail:", StringComparison.Ordinal) || each.StartsWith("crit:", StringComparison.Ordinal))];

    public string[] Warnings => [.. Errors.Where(each => each.StartsWith("warn:", StringComparison.Ordinal))];

    public string Said => string.Join('\n', [.. Output, .. Errors]);

    /// <summary>A silo that is up.</summary>
    public static async Task<SiloProcess> Up(string name, string engine, params string[] more)
    {
        var silo = new SiloProcess(await TestState.FolderFor(name), engine, more);
        await silo.Start();
        return silo;
    }

    /// <summary>A silo that obeys the permissions of files, as root does not.</summary>
    public static async Task<SiloProcess> UpAsSubject(string name, string engine, params string[] more)
    {
        var silo = new SiloProcess(await TestState.FolderFor(name), engine, more) { WithoutCapabilities = Subject };
        await silo.Start();
        return silo;
    }

    /// <summary>A silo that has these of root's capabilities and no others.</summary>
    /// <param name="capabilities">As setpriv takes them, for example "+chown,+kill".</param>
    public static async Task<SiloProcess> UpWith(string capabilities, string name, string engine)
    {
        var silo = new SiloProcess(await TestState.FolderFor(name), engine, []) { WithoutCapabilities = $"-all,{capabilities}" };
        await silo.Start();
        return silo;
    }

    /// <summary>A silo that cannot start: its exit code and what it said on standard error. It says nothing on standard output.</summary>
    public static Task<(int Code, string[] Errors)> Fails(string folder, params string[] more) => Fails(new SiloProcess(folder, NoEngine, more));

    /// <inheritdoc cref="Fails(string, string[])"/>
    public static Task<(int Code, string[] Errors)> FailsAsSubject(string folder, params string[] more) =>
        Fails(new SiloProcess(folder, NoEngine, more) { WithoutCapabilities = Subject });

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

        connection = await GranaryConnection.Open(GatewayPort, cancellation: limit.Token);
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
        Signal.Terminate.To(process!.Id);
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
        await Scene.Sweep(Engine);
    }

    private static async Task<(int Code, string[] Errors)> Fails(SiloProcess silo)
    {
        await using var ending = silo;
        silo.Launch();
        using var limit = new CancellationTokenSource(StartMax);
        await silo.process!.WaitForExitAsync(limit.Token);
        Assert.Empty(silo.Output);
        return (silo.process.ExitCode, silo.Errors);
    }

    private static string[] Copy(List<string> lines)
    {
        lock (lines)
        {
            return [.. lines];
        }
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
        string[] line = [.. WithoutCapabilities is null ? Array.Empty<string>() : ["setpriv", $"--bounding-set={WithoutCapabilities}"], Path.Combine(AppContext.BaseDirectory, "Granary.Silo"), .. arguments, .. more];
        var start = new ProcessStartInfo(line[0], line[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ForgetSettings();
        start.Environment["GRANARY_Lease__EnforcedBy"] = "Silo"; // A warden would start it again when a test kills it.
        process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Hear(output, line.Data);
        process.ErrorDataReceived += (_, line) => Hear(errors, line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
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
