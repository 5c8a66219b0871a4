namespace Granary.Silo;

/// <summary>The folder of a silo, held by one process at a time: the lock goes with the process, whatever way it ends.</summary>
internal sealed class StateFolder : IDisposable
{
    private readonly FileStream held;

    private StateFolder(FileStream held) => this.held = held;

    /// <summary>Makes the folder if there is none, and holds it until disposed.</summary>
    /// <exception cref="IOException">Another silo holds it, or it cannot be written.</exception>
    public static StateFolder Hold(string folder)
    {
        FileStream? held;
        try
        {
            held = LockFile.TryHold(Path.Combine(folder, "lock"));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"--state {folder} cannot be used: {fault.Message.TrimEnd('.')}. Choose a folder that this user may write.", fault);
        }

        return held is not null
            ? new StateFolder(held)
            : throw new IOException($"--state {folder} is held by another silo: stop it, or give this one a folder and a cell of its own (--state, --cell).");
    }

    public void Dispose() => held.Dispose();
}
