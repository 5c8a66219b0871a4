using Granary.Grains.Ports;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;

namespace Granary.Api.Tests;

/// <summary>Stands before the rows and the grain storage, and says what they say when the database is away.</summary>
public sealed class BreakableDatabase
{
    private volatile bool isGone;
    private volatile Task held = Task.CompletedTask;

    public bool IsGone
    {
        get => isGone;
        set => isGone = value;
    }

    internal IRows<TState> Break<TState>(IRows<TState> rows) => new Rows<TState>(rows, this);

    internal IGrainStorage Break(IGrainStorage storage) => new Storage(storage, this);

    /// <summary>Lists wait until this is disposed.</summary>
    public IDisposable Hold()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        held = gate.Task;
        return new Held(gate);
    }

    private async Task Pass()
    {
        await held;
        Check();
    }

    private void Check()
    {
        if (isGone)
        {
            throw new DatabaseUnavailableException("The database is not available (test).", new IOException("test"));
        }
    }

    private sealed class Held(TaskCompletionSource gate) : IDisposable
    {
        public void Dispose() => gate.TrySetResult();
    }

    private sealed class Rows<TState>(IRows<TState> rows, BreakableDatabase database) : IRows<TState>
    {
        public async Task<TState?> Find(Guid guid, CancellationToken cancellation)
        {
            await database.Pass();
            return await rows.Find(guid, cancellation);
        }

        public async Task<RowPage<TState>> Page(RowQuery query, CancellationToken cancellation)
        {
            await database.Pass();
            return await rows.Page(query, cancellation);
        }
    }

    private sealed class Storage(IGrainStorage storage, BreakableDatabase database) : IGrainStorage
    {
        public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
        {
            database.Check();
            return storage.ReadStateAsync(stateName, grainId, grainState);
        }

        public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
        {
            database.Check();
            return storage.WriteStateAsync(stateName, grainId, grainState);
        }

        public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
        {
            database.Check();
            return storage.ClearStateAsync(stateName, grainId, grainState);
        }
    }
}

internal static class Decoration
{
    /// <summary>Puts something in front of a service that was registered by a factory.</summary>
    public static void Decorate<T>(this IServiceCollection services, Func<T, T> around, string? key = null)
        where T : class
    {
        var plain = services.Last(each => each.ServiceType == typeof(T) && Equals(each.ServiceKey, key));
        services.Remove(plain);
        if (key is null)
        {
            services.AddSingleton(provider => around((T)plain.ImplementationFactory!(provider)));
        }
        else
        {
            services.AddKeyedSingleton(key, (provider, asked) => around((T)plain.KeyedImplementationFactory!(provider, asked)));
        }
    }
}
