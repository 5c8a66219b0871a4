namespace Granary.Grains.Ports;

/// <summary>
/// The cell's folder on its host. Several silos there may be candidates for the cell: the one that holds the folder serves it, and the kernel
/// frees the folder when its holder ends, whatever way it ends.
/// </summary>
public interface ICellFolder
{
    /// <summary>Waits until this process alone holds the folder, and opens the cell's journal in it. Idempotent; the hold ends with the process.</summary>
    Task Hold(CancellationToken cancellation);

    /// <summary>The same without waiting: false while another process holds it.</summary>
    Task<bool> TryHold(CancellationToken cancellation);

    /// <summary>What the last holder signed; null if there was none. Ask only while holding the folder.</summary>
    Task<string?> LastHolder(CancellationToken cancellation);

    /// <summary>Says who holds the folder now.</summary>
    Task Sign(string holder, CancellationToken cancellation);
}
