using Orleans.Storage;

namespace Granary.Silo.Storage;

/// <summary>
/// What grains know as storage "granary": Orleans' own provider over our statements, with the drivers' faults told in words that grains
/// can know. A provider that gathers many grains' writes into one commit can take its place over the same rows.
/// </summary>
internal sealed class GranaryGrainStorage(IGrainStorage rows, Database database) : IGrainStorage
{
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        Clearly(() => rows.ReadStateAsync(stateName, grainId, grainState));

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        Clearly(() => rows.WriteStateAsync(stateName, grainId, grainState));

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        Clearly(() => rows.ClearStateAsync(stateName, grainId, grainState));

    private async Task Clearly(Func<Task> call)
    {
        try
        {
            await call();
        }
        catch (Exception fault) when (StorageFaults.Translate(fault, database.Place) is { } clear)
        {
            throw clear;
        }
    }
}
