using System.Collections.Immutable;
using Granary.Api.Wire;
using Granary.Client;
using Granary.Core.Apps;

namespace Granary.Api.Processes;

/// <summary>A process of an app: what its current droplet says under a type. Every app has "web", even before its first droplet.</summary>
internal sealed record Process(AppState App, string Type, string? Command)
{
    public const string Web = "web";

    /// <summary>Follows from app and type, so that it stays the same whatever droplet is current; that of "web" is the app's own, as in Cloud Foundry.</summary>
    public string Guid => Type == Web ? App.Id.ToString() : $"{App.Id}-{Type}";
}

/// <summary>Finds processes: they have no rows of their own.</summary>
internal sealed class ProcessLookup(GranaryClient granary)
{
    private const int GuidLength = 36;

    public async Task<IReadOnlyList<Process>> Of(AppState app, CancellationToken cancellation)
    {
        var types = (await granary.CurrentDroplet(app, cancellation))?.ProcessTypes;
        var web = new Process(app, Process.Web, types?.GetValueOrDefault(Process.Web));
        return [web, .. (types ?? ImmutableSortedDictionary<string, string>.Empty).Where(each => each.Key != Process.Web).Select(each => new Process(app, each.Key, each.Value))];
    }

    public async Task<Process?> Find(AppState app, string type, CancellationToken cancellation) =>
        (await Of(app, cancellation)).FirstOrDefault(each => each.Type == type);

    public async Task<Process?> Find(string guid, CancellationToken cancellation)
    {
        if (guid.Length < GuidLength || !System.Guid.TryParseExact(guid.AsSpan(0, GuidLength), "D", out var app))
        {
            return null;
        }

        return await granary.FindApp(new AppId(app), cancellation) is { } state
            ? (await Of(state, cancellation)).FirstOrDefault(each => each.Guid == guid)
            : null;
    }
}
