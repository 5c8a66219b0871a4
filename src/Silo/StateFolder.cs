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
        try
        {
            Directory.CreateDirectory(folder);
            return new StateFolder(new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException fault) when (fault.HResult == WouldBlock)
        {
            throw new IOException($"--state {folder} is held by another silo: stop it, or give this one a folder and a cell of its own (--state, --cell).", fault);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"--state {folder} cannot be used: {fault.Message.TrimEnd('.')}. Choose a folder that this user may write.", fault);
        }
    }

    public void Dispose() => held.Dispose();

    /// <summary>EAGAIN, of the lock.</summary>
    private const int WouldBlock = 11;
}
