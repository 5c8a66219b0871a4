using System.Collections.Immutable;
using Granary.Client;
using Granary.Core;
using Granary.Grains.Ports;

namespace Granary.Api.Spaces;

/// <summary>Deletes the apps of spaces, and then the spaces. Whoever is cut off in the midst of it asks again.</summary>
internal sealed class SpaceRemoval(GranaryClient granary, TimeProvider clock)
{
    /// <summary>How often it is looked whether the apps are gone: their containers get the grace of a stop.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);

    /// <param name="spaces">Not empty.</param>
    /// <param name="remove">Removes them, unless apps are left there.</param>
    /// <param name="cancellation">Ends the wait; what was ordered goes on.</param>
    public async Task Remove(ImmutableArray<Guid> spaces, Func<Task<DirectoryOutcome>> remove, CancellationToken cancellation)
    {
        while (await remove() is DirectoryOutcome.NotEmpty)
        {
            var apps = await granary.Apps(new RowQuery { Spaces = spaces, PerPage = Limits.InstancesMax }, cancellation);
            foreach (var app in apps.Items.Where(each => !each.IsDeleted))
            {
                await Delete(app.Id, cancellation);
            }

            await Task.Delay(LookEvery, clock, cancellation);
        }
    }

    private async Task Delete(Core.Apps.AppId app, CancellationToken cancellation)
    {
        try
        {
            await granary.Delete(app, cancellation);
        }
        catch (RefusedException refused) when (refused.Refusal.Reason == RefusalReason.AppNotFound)
        {
            // Somebody else was quicker.
        }
    }
}
