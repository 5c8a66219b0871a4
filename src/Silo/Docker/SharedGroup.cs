using Granary.Silo.Wardens;

namespace Granary.Silo.Docker;

/// <summary>The control group that the cell's containers share, in the words of the engine, which is asked once what it makes groups with.</summary>
internal sealed class SharedGroup(EngineConnection engine, DockerOptions options)
{
    private string? driver;

    /// <summary>Null for the engine's own choice.</summary>
    public async Task<string?> Name(CancellationToken cancellation)
    {
        if (options.CgroupParent is not { } parent || engine.SocketPath is null)
        {
            return null;
        }

        driver ??= (await engine.Ask("describe the engine", options.RequestTimeout, (client, token) => client.System.GetSystemInfoAsync(token), cancellation)).CgroupDriver;
        return CellGroup.NameFor(driver, parent);
    }
}
