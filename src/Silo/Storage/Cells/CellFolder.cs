using Granary.Grains.Ports;

namespace Granary.Silo.Storage.Cells;

/// <summary>
/// The folder of a cell: an exclusive lock on the file <c>lock</c>, which the kernel frees when its holder ends, and the journal. The file holds the
/// address of its holder, which stays there after the holder's end. Silos that share the folder are candidates for the cell.
/// </summary>
internal sealed class CellFolder(string folder, TimeSpan lookEvery, TimeProvider clock) : ICellFolder, IAsyncDisposable
{
    private readonly SemaphoreSlim turn = new(1);
    private FileStream? held;
    private bool isOpen;

    public CellJournal Journal { get; } = new(folder);

    public async Task Hold(CancellationToken cancellation)
    {
        while (!await TryHold(cancellation))
        {
            await Task.Delay(lookEvery, clock, cancellation);
        }
    }

    /// <summary>False when another process holds it.</summary>
    /// <exception cref="IOException">The folder cannot be used.</exception>
    public async Task<bool> TryHold(CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            held ??= LockFile.TryHold(Path.Combine(folder, "lock"));
            if (held is not null && !isOpen)
            {
                await Journal.Migrate(clock, cancellation);
                isOpen = true;
            }

            return isOpen;
        }
        finally
        {
            turn.Release();
        }
    }

    public async Task<string?> LastHolder(CancellationToken cancellation)
    {
        var file = Held();
        file.Position = 0;
        using var reader = new StreamReader(file, leaveOpen: true);
        return await reader.ReadToEndAsync(cancellation) is { Length: > 0 } text ? text : null;
    }

    public async Task Sign(string holder, CancellationToken cancellation)
    {
        var file = Held();
        file.SetLength(0);
        await using var writer = new StreamWriter(file, leaveOpen: true);
        await writer.WriteAsync(holder.AsMemory(), cancellation);
    }

    /// <summary>The journal is closed before anybody else may open it.</summary>
    public async ValueTask DisposeAsync()
    {
        await Journal.DisposeAsync();
        if (held is not null)
        {
            await held.DisposeAsync();
        }

        turn.Dispose();
    }

    private FileStream Held() => held ?? throw new InvalidOperationException($"{folder} is not held by this process.");
}
