using Granary.Grains;
using Granary.Grains.Ports;

namespace Granary.Storage.Tests;

/// <summary>A grain that stores an app as the app grain does, and tells what its storage told it.</summary>
public interface INameGrain : IGrainWithStringKey
{
    /// <summary>The ETag after the write, or the name of the exception that reached the grain.</summary>
    Task<string> Store(string name, Guid space);
}

internal sealed class NameGrain([PersistentState(AppDocument.Kind, StorageNames.Granary)] IPersistentState<AppDocument> store) : Grain, INameGrain
{
    public async Task<string> Store(string name, Guid space)
    {
        store.State = A.App(name, space);
        try
        {
            await store.WriteStateAsync();
            return store.Etag ?? "";
        }
        catch (NameTakenException taken)
        {
            return taken.GetType().Name;
        }
    }
}
