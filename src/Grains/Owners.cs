using Granary.Core.Apps;
using Granary.Grains.Contracts;
using Granary.Grains.Ports;

namespace Granary.Grains;

internal static class Owners
{
    /// <summary>The app, as its row is: its grain may be waiting for the one that asks. Null when it is gone.</summary>
    public static async Task<AppState?> OwnerOf(this IGrainFactory grains, AppId app) =>
        (await grains.GetGrain<IListingGrain>(0).Apps(new RowQuery { Guids = [app.Value], PerPage = 1 })).Items.SingleOrDefault();
}
