using Granary.Api.Wire;
using Granary.Client;
using Granary.Core.Apps;

namespace Granary.Api.Processes;

/// <summary>A process of an app: what its current droplet and its settings say under a type.</summary>
/// <param name="Droplet">The app's current one; null before the first.</param>
internal sealed record Process(AppState App, DropletState? Droplet, string Type)
{
    public string Guid => AppProcesses.Guid(new ProcessKey(App.Id, Type));

    public ProcessSettings Settings => AppProcesses.Of(App, Type).Settings;

    public string? Command => AppProcesses.Command(Droplet, Settings, Type);

    public int Instances => AppProcesses.Instances(App, Droplet, Type);
}

/// <summary>Finds processes: they have no rows of their own.</summary>
internal sealed class ProcessLookup(GranaryClient granary)
{
    public async Task<IReadOnlyList<Process>> Of(AppState app, CancellationToken cancellation)
    {
        var droplet = await granary.CurrentDroplet(app, cancellation);
        return [.. AppProcesses.Types(app, droplet).Select(type => new Process(app, droplet, type))];
    }

    public async Task<Process?> Find(AppState app, string type, CancellationToken cancellation) =>
        (await Of(app, cancellation)).FirstOrDefault(each => each.Type == type);

    public async Task<Process?> Find(string guid, CancellationToken cancellation) =>
        AppProcesses.AppOf(guid) is { } app && await granary.FindApp(app, cancellation) is { } state
            ? (await Of(state, cancellation)).FirstOrDefault(each => each.Guid == guid)
            : null;
}
