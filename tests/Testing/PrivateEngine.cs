using System.Diagnostics;
using System.Globalization;

namespace Granary.Testing;

/// <summary>A Docker engine that belongs to one test, so that it may be killed. Several run side by side.</summary>
public sealed class PrivateEngine : IAsyncDisposable
{
    private const string ScriptPath = "deploy/engine/private-engine";

    /// <summary>For a killed process to be gone, 10 s: the kernel may have to free its memory on a busy machine.</summary>
    private static readonly TimeSpan EndWaitMax = TimeSpan.FromSeconds(10);

    private readonly string[] options;

    private PrivateEngine(string folder, string[] options)
    {
        Folder = folder;
        this.options = options;
    }

    /// <summary>The folder that holds everything it has.</summary>
    public string Folder { get; }

    /// <summary>The path of its socket.</summary>
    public string SocketPath => Path.Combine(Folder, "docker.sock");

    /// <summary>Its address as DOCKER_HOST takes it.</summary>
    public string Uri => $"unix://{SocketPath}";

    /// <summary>The process id of its dockerd; it changes with every start.</summary>
    public int Pid => int.Parse(File.ReadAllText(Path.Combine(Folder, "pid")), CultureInfo.InvariantCulture);

    /// <summary>Starts an engine without any image.</summary>
    /// <param name="name">Short, and unique in this test process.</param>
    /// <param name="options">What the script's <c>up</c> takes: <c>--no-network</c>, or dockerd's own, such as <c>--live-restore</c>.</param>
    public static async Task<PrivateEngine> StartAsync(string name, params string[] options)
    {
        var engine = new PrivateEngine(await TestState.FolderFor(name), options);
        await engine.Up();
        return engine;
    }

    /// <summary>Gives it <see cref="SharedEngine.BusyboxImage"/>, unless it has it.</summary>
    public Task LoadBusybox() => Script.Run("deploy/stack-image/build-busybox", Uri);

    /// <summary>Gives it <see cref="SharedEngine.StackImage"/>, unless it has it.</summary>
    public Task LoadStack() => Script.Run("deploy/stack-image/build", Uri);

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

    private async Task Up() => await Script.Run(ScriptPath, ["up", Folder, .. options]);
}
