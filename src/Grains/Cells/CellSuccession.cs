using Granary.Grains.Ports;
using Microsoft.Extensions.Logging;

namespace Granary.Grains.Cells;

/// <summary>
/// How a silo comes to serve its cell: it waits for the cell's folder. Whoever gets it knows that the last holder is gone, because the kernel
/// frees a hold only then; so it tells the cluster at once, which would else find out by probes.
/// </summary>
internal sealed partial class CellSuccession(ICellFolder folder, IClusterMembershipService membership, ILocalSiloDetails self, ILogger<CellSuccession> logger)
{
    /// <summary>Returns when this process serves the cell. May be repeated after a fault.</summary>
    public async Task Come(CancellationToken cancellation)
    {
        await folder.Hold(cancellation);
        await Succeed(cancellation);
    }

    /// <summary>The same without waiting: false while another process serves the cell.</summary>
    public async Task<bool> TryCome(CancellationToken cancellation)
    {
        if (!await folder.TryHold(cancellation))
        {
            return false;
        }

        await Succeed(cancellation);
        return true;
    }

    private async Task Succeed(CancellationToken cancellation)
    {
        var own = self.SiloAddress.ToParsableString();
        if (await folder.LastHolder(cancellation) is { } last && last != own)
        {
            await Bury(last);
        }

        await folder.Sign(own, cancellation);
    }

    private async Task Bury(string last)
    {
        var address = SiloAddress.FromParsableString(last);
        if (membership.CurrentSnapshot.Members.TryGetValue(address, out var member) && member.Status is SiloStatus.Created or SiloStatus.Joining or SiloStatus.Active)
        {
            LogBuried(logger, member.Name, last, await membership.TryKill(address));
        }
    }

    [LoggerMessage(LogLevel.Information, "The silo {Name} ({Address}) held this cell's folder and is gone; the cluster was told: {Told}")]
    private static partial void LogBuried(ILogger logger, string name, string address, bool told);
}
