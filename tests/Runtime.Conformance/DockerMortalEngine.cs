using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Runtime;
using Granary.Testing;

namespace Granary.Runtime.Conformance;

/// <summary>A real engine of a test's own. Nothing here needs a network, so it has none.</summary>
internal sealed class DockerMortalEngine(Func<PrivateEngine, IContainerRuntime> connect) : IMortalEngine
{
    private PrivateEngine? process;
    private DockerEngine? engine;

    public IContainerRuntime Runtime => Engine.Runtime;

    private DockerEngine Engine => engine ?? throw new InvalidOperationException("The engine has not begun.");

    public async Task Begin()
    {
        process = await PrivateEngine.StartAsync($"mortal-{Guid.NewGuid():N}"[..12], new PrivateEngineOptions(Network: false));
        await process.LoadBusybox();
        engine = new DockerEngine(process, connect(process));
    }

    public Task GoAway() => process!.Kill();

    public Task ComeBack() => process!.Restart();

    public ContainerSpec Spec(CellId cell, AttemptKey attempt, Behaviour behaviour) => Engine.Spec(cell, attempt, behaviour);

    public Task TakeName(AttemptKey attempt) => Engine.TakeName(attempt);

    public Task<bool> IsNameTaken(AttemptKey attempt) => Engine.IsNameTaken(attempt);

    public Task FreeName(AttemptKey attempt) => Engine.FreeName(attempt);

    public async ValueTask DisposeAsync()
    {
        switch (Runtime)
        {
            case IAsyncDisposable disposable:
                await disposable.DisposeAsync();
                break;
            case IDisposable disposable:
                disposable.Dispose();
                break;
        }

        await process!.DisposeAsync();
    }
}
