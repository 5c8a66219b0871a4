using System.Net;
using Docker.DotNet;
using Docker.DotNet.Models;
using Granary.Grains.Cells;

namespace Granary.Silo.Docker;

/// <summary>Our identity mark in an engine's data: the label of a volume, which goes when the data goes.</summary>
internal sealed class IdentityMark(EngineConnection engine, DockerOptions options)
{
    public const string VolumeName = "granary-identity";

    public async Task<string?> Read(CancellationToken cancellation) =>
        await Find(cancellation) is { Labels: { } labels } && labels.TryGetValue(ContainerLabels.Identity, out var marker) ? marker : null;

    public async Task Write(string marker, CancellationToken cancellation)
    {
        if (await Find(cancellation) is { } volume)
        {
            if (volume.Labels?.ContainsKey(ContainerLabels.Identity) != true)
            {
                throw new ForeignEngineException($"the engine has a volume {VolumeName} that is not Granary's: remove it, or use another engine.");
            }

            await engine.Ask("replace the identity mark", options.RequestTimeout, (client, token) => client.Volumes.RemoveAsync(VolumeName, false, token), cancellation);
        }

        var parameters = new VolumesCreateParameters { Name = VolumeName, Labels = new Dictionary<string, string> { [ContainerLabels.Identity] = marker } };
        await engine.Ask("write the identity mark", options.RequestTimeout, (client, token) => client.Volumes.CreateAsync(parameters, token), cancellation);
    }

    private async Task<VolumeResponse?> Find(CancellationToken cancellation)
    {
        try
        {
            return await engine.Ask("read the identity mark", options.RequestTimeout, (client, token) => client.Volumes.InspectAsync(VolumeName, token), cancellation);
        }
        catch (DockerApiException answer) when (answer.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
    }
}
