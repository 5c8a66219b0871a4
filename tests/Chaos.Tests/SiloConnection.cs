using Granary.Client;
using Granary.Testing;

namespace Granary.Chaos.Tests;

/// <summary>Nobody said what became of a call.</summary>
public sealed class CallFailedException(string message, Exception cause) : Exception(message, cause);

/// <summary>A connection of <c>Granary.Client</c> to one silo, which dies and comes back: after a failure the next call connects anew.</summary>
internal sealed class SiloConnection(LocalSilo silo) : IAsyncDisposable
{
    private readonly SemaphoreSlim turn = new(1);
    private GranaryConnection? connection;

    /// <exception cref="RefusedException">The answer was no.</exception>
    /// <exception cref="CallFailedException">There was none.</exception>
    public async Task<T> Ask<T>(Func<GranaryClient, Task<T>> call, CancellationToken cancellation)
    {
        GranaryConnection? used = null;
        try
        {
            used = await Connect(cancellation);
            return await call(used.Client).WaitAsync(cancellation);
        }
        catch (Exception fault) when (fault is not RefusedException)
        {
            await Drop(used);
            throw new CallFailedException($"{silo.Name} did not answer: {fault.Message}", fault);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Drop(connection);
        turn.Dispose();
    }

    private async Task<GranaryConnection> Connect(CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            return connection ??= await GranaryConnection.Open(silo.GatewayPort, silo.Address, cancellation: cancellation);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Calls of others that use it fail with it, and are made again.</summary>
    private async Task Drop(GranaryConnection? used)
    {
        if (used is not null && Interlocked.CompareExchange(ref connection, null, used) == used)
        {
            await used.DisposeAsync();
        }
    }
}
