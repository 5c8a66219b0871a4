using System.Text;

namespace Granary.Silo.Wardens;

/// <summary>Says in the cell's folder which process its warden is, and lets one at a time be it.</summary>
internal sealed class WardenFile : IDisposable
{
    private const string Name = "warden";

    private readonly FileStream held;

    private WardenFile(FileStream held) => this.held = held;

    /// <summary>The warden that lives; null if none does.</summary>
    public static ProcessIdentity? Living(string cellFolder) =>
        WholeFile.Read(Path.Combine(cellFolder, Name)) is { } text && ProcessIdentity.Parse(text) is { IsAlive: true } process ? process : null;

    /// <summary>Null while another process is the warden.</summary>
    public static WardenFile? TryHold(string cellFolder)
    {
        if (LockFile.TryHold(Path.Combine(cellFolder, $"{Name}.lock")) is not { } held)
        {
            return null;
        }

        WholeFile.Write(Path.Combine(cellFolder, Name), Encoding.ASCII.GetBytes(ProcessIdentity.Own.ToString()));
        return new WardenFile(held);
    }

    public void Dispose() => held.Dispose();
}
