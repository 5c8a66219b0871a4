using Granary.Testing;

namespace Granary.Docker.Tests;

[CollectionDefinition(SharedEngine.Collection)]
public class EngineCollection : ICollectionFixture<SharedEngine>;

/// <summary>A cell of each test's own on the shared engine.</summary>
[Collection(SharedEngine.Collection)]
public abstract class EngineTests(SharedEngine engine) : IAsyncLifetime
{
    protected PrivateEngine Engine => engine.Engine;

    protected Cell Cell { get; } = new(engine.Engine);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await Cell.DisposeAsync();
}
