using Granary.Grains.Ports;
using Granary.Silo.Docker;
using Granary.Silo.Droplets;
using Granary.Testing;

namespace Granary.Runtime.Conformance;

[CollectionDefinition(SharedEngine.Collection)]
public sealed class EngineCollection : ICollectionFixture<SharedEngine>;

[Collection(SharedEngine.Collection)]
public sealed class DockerRuntimeConformance(SharedEngine shared) : RuntimeConformance, IDisposable
{
    private readonly DockerRuntime runtime = DockerRuntimes.For(shared.Engine);

    protected override IEngineUnderTest Engine => field ??= new DockerEngine(shared.Engine, runtime);

    public void Dispose() => runtime.Dispose();
}

public sealed class DockerEngineConformance : EngineConformance
{
    protected override IMortalEngine Mortal { get; } = new DockerMortalEngine(DockerRuntimes.For);
}

internal static class DockerRuntimes
{
    public static DockerRuntime For(PrivateEngine engine) => new(
        new DockerOptions { Endpoint = engine.SocketUri, PidFile = Path.Combine(engine.Folder, "pid"), StateFolder = Path.Combine(engine.Folder, "cell") },
        new NoDroplets(),
        new NoDroplets(),
        new PasswordSeal(null),
        TimeProvider.System);

    /// <summary>The containers of the suite come from an image alone.</summary>
    private sealed class NoDroplets : IDropletSource, IDropletUnpacker
    {
        public Task<Stream> Open(string digest, CancellationToken cancellation) => throw new InvalidOperationException($"Nobody needs droplet {digest}.");

        public Task Unpack(Stream bits, string directory, bool linksMayLeave, CancellationToken cancellation) => throw new InvalidOperationException($"Nobody unpacks to {directory}.");
    }
}
