using System.Globalization;
using System.Text;

namespace Granary.Silo.Wardens;

/// <summary>
/// When the last acknowledged renewal was sent, by the host's monotonic clock, in a file of the cell's folder: so that whoever begins to enforce the lease knows
/// it from the one before, however that ended. Not synced: it means nothing after a boot.
/// </summary>
internal sealed class LastRenewal(string cellFolder)
{
    private readonly string path = Path.Combine(cellFolder, "renewed");

    public void Write(TimeSpan sentAt) => WholeFile.Write(path, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{ProcessIdentity.ThisBoot} {sentAt.Ticks}")));

    /// <summary>
    /// Null when there was none within this time. One that is older is no reason to stop anything: whoever may judge has had the time to, and the lease's row
    /// tells.
    /// </summary>
    public TimeSpan? Within(TimeSpan time) =>
        WholeFile.Read(path) is { } text
        && text.Split(' ') is [var boot, var number]
        && boot == ProcessIdentity.ThisBoot
        && long.TryParse(number, CultureInfo.InvariantCulture, out var ticks)
        && HostClock.Now - new TimeSpan(ticks) < time
            ? new TimeSpan(ticks)
            : null;
}
