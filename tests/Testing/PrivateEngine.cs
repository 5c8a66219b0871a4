using System.Diagnostics;
using System.Globalization;

namespace Granary.Testing;

/// <summary>How a private engine is started.</summary>
/// <param name="Network">With a bridge and a subnet of its own; without, only containers that need no network run.</param>
/// <param name="LiveRestore">Containers live on while the engine is down.</param>
/// <param name="EngineArguments">More options of dockerd.</param>
public sealed record PrivateEngineOptions(bool Network = true, bool LiveRestore = false, IReadOnlyList<string>? EngineArguments = null)
{
    internal IEnumerable<string> Arguments =>
    [
        .. Network ? Array.Empty<string>() : ["--no-network"],
        .. LiveRestore ? ["--live-restore"] : Array.Empty<string>(),
        .. EngineArguments ?? [],
    ];
}

/// <summary>A Docker engine that belongs to one test, so that it may be killed. Several run side by side.</summary>
public sealed class PrivateEngine : IAsyncDisposable
{
    internal const string ScriptPath = "deploy/engine/private-engine";

    /// <summary>For a killed process to be gone, 10 s: the kernel may have to free its memory on a busy machine.</summary>
    private static readonly TimeSpan EndWaitMax = TimeSpan.FromSeconds(10);

    private readonly PrivateEngineOptions options;

    private PrivateEngine(string folder, PrivateEngineOptions options)
    {
        Folder = folder;
        this.options = options;
    }

    /// <summary>The folder that holds everything it has.</summary>
    public string Folder { get; }

    /// <summary>The path of its socket.</summary>
    public string SocketPath => Path.Combine(Folder, "docker.sock");

    /// <summary>Its address as DOCKER_HOST takes it.</summary>
    public string SocketUri => $"unix://{SocketPath}";

    /// <summary>The process id of its dockerd; it changes with every start.</summary>
    public int Pid => int.Parse(File.ReadAllText(Path.Combine(Folder, "pid")), CultureInfo.InvariantCulture);

    /// <summary>Starts an engine whose name is short and unique in this test process, without any image.</summary>
    public static async Task<PrivateEngine> StartAsync(string name, PrivateEngineOptions? options = null)
    {
        var engine = new PrivateEngine(await TestState.FolderFor(name), options ?? new());
        await engine.Up();
        return engine;
    }

    /// <summary>Gives it <see cref="SharedEngine.BusyboxImage"/>, unless it has it.</summary>
    public Task LoadBusybox() => Script.Run("deploy/stack-image/build-busybox", SocketUri);

    /// <summary>Gives it <see cref="SharedEngine.StackImage"/>, unless it has it.</summary>
    public Task LoadStack() => Script.Run("deploy/stack-image/build", SocketUri);

    /// <summary>SIGKILL, as in a crash. Its containers live on until it is started again.</summary>
    public async Task Kill()
    {
        using var engine = Process.GetProcessById(Pid);
        engine.Kill();
        using var limit = new CancellationTokenSource(EndWaitMax);
        await engine.WaitForExitAsync(limit.Token);
    }

    /// <summary>SIGTERM, as by an operator: it stops its containers first, except with live restore.</summary>
    public Task Stop() => Script.Run(ScriptPath, "down", Folder);

    /// <summary>Starts it again with its data, after stopping it if it runs.</summary>
    public async Task Restart()
    {
        await Stop();
        await Up();
    }

    /// <summary>Ends it and its containers and deletes its data.</summary>
    public Task Destroy() => Script.Run(ScriptPath, "destroy", Folder);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await Destroy();

    /// <summary>Is a folder that of a private engine, running or not?</summary>
    internal static bool IsAt(string folder) => File.Exists(Path.Combine(folder, "daemon.json"));

    private async Task Up() => await Script.Run(ScriptPath, ["up", Folder, .. options.Arguments]);
}
