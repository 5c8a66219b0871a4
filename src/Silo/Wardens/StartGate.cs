using System.Globalization;
using System.Text;

namespace Granary.Silo.Wardens;

/// <summary>
/// Under which epoch of the lease starts may be told to the engine, as whoever enforces the lease says in a file of the cell's folder. A silo marks what it starts and then looks here; who stops
/// the cell closes this and then looks for marks. What silos are told over their line comes a moment later, and in that moment one could start what others have been told is stopped.
/// Not synced: it means nothing after a boot.
/// </summary>
internal sealed class StartGate(string cellFolder)
{
    private readonly string path = Path.Combine(cellFolder, "gate");

    /// <summary>0 while it is closed; null where nobody of this boot said anything.</summary>
    public long? Epoch => WholeFile.Read(path)?.Split(' ') is [var boot, var number] && boot == ProcessIdentity.ThisBoot && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var epoch) ? epoch : null;

    /// <summary>Lets through what began under this epoch; 0 closes it. Said again with each renewal, because one that stood in and has not heard that it was relieved may have closed it.</summary>
    public void Write(long epoch)
    {
        if (Epoch != epoch)
        {
            WholeFile.Write(path, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{ProcessIdentity.ThisBoot} {epoch}")));
        }
    }
}
