using Granary.Client;
using Granary.Core.Access;
using Granary.Core.Apps;
using Granary.Core.Tasks;
using Granary.Grains.Ports;

namespace Granary.Api.Access;

/// <summary>A kind of thing that paths name, and how its place is found.</summary>
/// <param name="Name">As answers call it.</param>
/// <param name="Parameter">Of the route.</param>
internal sealed record Thing(string Name, Func<Places, string, CancellationToken, Task<Place?>> Find, string Parameter = "guid")
{
    public static readonly Thing App = new("App", (places, guid, cancellation) => places.OfApp(guid, cancellation));

    public static readonly Thing LogSource = App with { Parameter = "source" };

    public static readonly Thing Task = new("Task", (places, guid, cancellation) => places.OfTask(guid, cancellation));

    public static readonly Thing Process = new("Process", (places, guid, cancellation) => places.OfProcess(guid, cancellation));

    public static readonly Thing Package = new("Package", (places, guid, cancellation) => places.OfPackage(guid, cancellation));

    public static readonly Thing Droplet = new("Droplet", (places, guid, cancellation) => places.OfDroplet(guid, cancellation));

    public static readonly Thing Build = Droplet with { Name = "Build" };

    public static readonly Thing Space = new("Space", (places, guid, cancellation) => places.OfSpace(guid, cancellation));

    public static readonly Thing Organization = new("Organization", (places, guid, cancellation) => places.OfOrganization(guid, cancellation));
}

/// <summary>Where things are. What is not there, or has no guid, is nowhere.</summary>
internal sealed class Places(GranaryClient granary, IDirectory directory)
{
    public async Task<Place?> OfApp(AppId app, CancellationToken cancellation) =>
        await granary.FindApp(app, cancellation) is { } state ? await directory.PlaceOf(state.Space, cancellation) : null;

    public Task<Place?> OfApp(string guid, CancellationToken cancellation) => Of(guid, app => OfApp(new AppId(app), cancellation));

    public Task<Place?> OfTask(string guid, CancellationToken cancellation) =>
        Of(guid, async task => await granary.AppOf(new TaskId(task), cancellation) is { } app ? await OfApp(app, cancellation) : null);

    public async Task<Place?> OfProcess(string guid, CancellationToken cancellation) => AppProcesses.AppOf(guid) is { } app ? await OfApp(app, cancellation) : null;

    public Task<Place?> OfPackage(string guid, CancellationToken cancellation) =>
        Of(guid, async package => await granary.FindPackage(new PackageId(package), cancellation) is { } state ? await OfApp(state.App, cancellation) : null);

    public Task<Place?> OfDroplet(string guid, CancellationToken cancellation) =>
        Of(guid, async droplet => await granary.FindDroplet(new DropletId(droplet), cancellation) is { } state ? await OfApp(state.App, cancellation) : null);

    public Task<Place?> OfSpace(string guid, CancellationToken cancellation) => Of(guid, space => directory.PlaceOf(space, cancellation));

    public Task<Place?> OfOrganization(string guid, CancellationToken cancellation) =>
        Of(guid, async organization => await directory.FindOrganization(organization, cancellation) is { } found ? new Place(organization, null, found.IsSuspended) : null);

    private static async Task<Place?> Of(string text, Func<Guid, Task<Place?>> find) =>
        Guid.TryParseExact(text, "D", out var guid) && guid != Guid.Empty ? await find(guid) : null;
}
