using Granary.Testing;

namespace Granary.Cli.Tests;

/// <summary>A silo as people start it, 'granary up', on a real engine. It can be killed and started again with its state.</summary>
public sealed class RealSilo : SharedEngine
{
    private static int silos;

    private readonly int[] ports = FreePorts.Take(3);
    private string folder = "";
    private GranaryRun? up;

    /// <summary>Of the cell; its containers carry the name. Suites run side by side, so every silo has its own.</summary>
    public string Cell { get; } = $"cli-{Interlocked.Increment(ref silos)}";

    public Uri Address => new($"http://127.0.0.1:{ports[0]}");

    internal GranaryRun Up => up ?? throw new InvalidOperationException("The silo was not started.");

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        folder = await TestState.FolderFor(Cell);
        await Start();
    }

    public async Task Start()
    {
        up = GranaryRun.Up(
            "--cell", Cell, "--docker", SocketUri, "--http", Address.GetLeftPart(UriPartial.Authority), "--silo-port", $"{ports[1]}", "--gateway-port", $"{ports[2]}", "--state", folder, "--memory", "1024", "--disk", "4096");
        await up.Shows("Granary is up");
    }

    public override async Task DisposeAsync()
    {
        if (up is not null)
        {
            await Stop();
        }

        await base.DisposeAsync();
    }

    /// <summary>Ctrl-C.</summary>
    internal async Task<GranaryEnd> Stop()
    {
        Up.Interrupt();
        var end = await Up.End();
        Up.Dispose();
        up = null;
        return end;
    }
}
