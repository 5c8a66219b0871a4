using Xunit;

namespace Granary.Testing;

/// <summary>
/// The engine that the tests of a process share, with a network and both images. A suite declares
/// <c>[CollectionDefinition(SharedEngine.Collection)] public class EngineCollection : ICollectionFixture&lt;SharedEngine&gt;</c>.
/// Who kills or stops an engine takes a <see cref="PrivateEngine"/>.
/// </summary>
public class SharedEngine : IAsyncLifetime
{
    /// <summary>The name of the collection of tests that use it.</summary>
    public const string Collection = "shared engine";

    /// <summary>A small image: busybox and the user vcap.</summary>
    public const string BusyboxImage = "granary/busybox:test";

    /// <summary>The image in which droplets run: a small Debian with bash.</summary>
    public const string StackImage = "granary/stack:bookworm";

    private static readonly Shared<PrivateEngine> Engines = new(Start);
    private PrivateEngine? engine;

    /// <summary>The engine; there is one for as long as the fixture lives.</summary>
    public PrivateEngine Engine => engine ?? throw new InvalidOperationException("The fixture has not been initialised.");

    /// <summary>Its address as DOCKER_HOST takes it.</summary>
    public string SocketUri => Engine.SocketUri;

    /// <inheritdoc/>
    public virtual async Task InitializeAsync() => engine = await Engines.Acquire();

    /// <inheritdoc/>
    public virtual Task DisposeAsync() => engine is null ? Task.CompletedTask : Engines.Release();

    private static async Task<PrivateEngine> Start()
    {
        var started = await PrivateEngine.StartAsync("shared");
        await started.LoadBusybox();
        await started.LoadStack();
        return started;
    }
}
