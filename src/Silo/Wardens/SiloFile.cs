using System.Runtime.InteropServices;
using System.Text;

namespace Granary.Silo.Wardens;

/// <summary>
/// Says in the cell's folder which process a candidate silo is: <c>silos/NAME</c>. Whoever is told to end takes the file away first; so a process that is
/// gone and has a file died, and is started again.
/// </summary>
internal sealed class SiloFile : IDisposable
{
    private readonly string path;
    private readonly PosixSignalRegistration[] signals;

    private SiloFile(string path)
    {
        this.path = path;
        signals = [.. new[] { PosixSignal.SIGTERM, PosixSignal.SIGINT }.Select(signal => PosixSignalRegistration.Create(signal, _ => File.Delete(path)))];
    }

    public static string FolderIn(string cellFolder) => Path.Combine(cellFolder, "silos");

    /// <summary>Writes the file of this process.</summary>
    public static SiloFile Own(string cellFolder, string silo)
    {
        Directory.CreateDirectory(FolderIn(cellFolder));
        var file = new SiloFile(PathOf(cellFolder, silo));
        Write(cellFolder, silo, ProcessIdentity.Own);
        return file;
    }

    public static void Write(string cellFolder, string silo, ProcessIdentity process) =>
        WholeFile.Write(PathOf(cellFolder, silo), Encoding.ASCII.GetBytes(process.ToString()));

    public static bool Exists(string cellFolder, string silo) => File.Exists(PathOf(cellFolder, silo));

    /// <summary>The process, if it lives; null for a silo that was told to end, or died.</summary>
    public static ProcessIdentity? Living(string cellFolder, string silo) =>
        WholeFile.Read(PathOf(cellFolder, silo)) is { } text && ProcessIdentity.Parse(text) is { IsAlive: true } process ? process : null;

    /// <summary>Every silo of the cell whose process lives.</summary>
    public static IEnumerable<(string Name, ProcessIdentity Process)> AllLiving(string cellFolder) =>
        from name in Directory.EnumerateFiles(FolderIn(cellFolder)).Select(Path.GetFileName)
        let process = Living(cellFolder, name)
        where process is not null
        select (name, process);

    public static void Delete(string cellFolder, string silo) => File.Delete(PathOf(cellFolder, silo));

    public void Dispose()
    {
        foreach (var signal in signals)
        {
            signal.Dispose();
        }
    }

    private static string PathOf(string cellFolder, string silo) => Path.Combine(FolderIn(cellFolder), silo);
}
