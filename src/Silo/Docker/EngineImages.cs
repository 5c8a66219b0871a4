using Docker.DotNet;
using Docker.DotNet.Models;
using Granary.Core.Apps;
using Granary.Core.Runtime;
using Granary.Grains.Ports;

namespace Granary.Silo.Docker;

/// <summary>An image cannot be had. The message says why.</summary>
internal sealed class ImageMissingException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>The engine's images: looked at, and fetched when they are missing.</summary>
internal sealed class EngineImages(EngineConnection engine, DockerOptions options, PasswordSeal seal)
{
    /// <summary>An image that takes a login is asked for each time, though the engine may have it: it may be there for somebody who knew the password.</summary>
    public async Task<ImageInspectResponse> Get(ContainerSource source, CancellationToken cancellation)
    {
        var image = source.Image;
        if (source.Login is null && await Find(image, cancellation) is { } found)
        {
            return found;
        }

        await Pull(image, LoginOf(source), cancellation);
        return await Find(image, cancellation) ?? throw new ImageMissingException($"image {image} not found: the registry sent another one");
    }

    private async Task<ImageInspectResponse?> Find(string image, CancellationToken cancellation)
    {
        try
        {
            return await engine.Ask("look at an image", options.RequestTimeout, (client, token) => client.Images.InspectImageAsync(image, token), cancellation);
        }
        catch (DockerImageNotFoundException)
        {
            return null;
        }
        catch (DockerApiException answer)
        {
            throw new ImageMissingException($"image {image} not found: {EngineConnection.Words(answer)}", answer);
        }
    }

    private AuthConfig? LoginOf(ContainerSource source) => source.Login is not { } login ? null
        : seal.Open(source.Image, login) is { } open ? new AuthConfig { Username = open.User, Password = open.Password, ServerAddress = RegistryOf(source.Image) }
        : throw new ImageMissingException($"image {source.Image} not found: the password of {login.User} was sealed with another key than this silo has (Tokens:KeyFile)");

    private static string? RegistryOf(string image) => ImageReference.TryParse(image, out var parsed, out _) ? parsed.Registry : null;

    private async Task Pull(string image, AuthConfig? login, CancellationToken cancellation)
    {
        var failure = new FirstError();
        var parameters = new ImagesCreateParameters { FromImage = image };
        if (!HasTagOrDigest(image))
        {
            // Without a tag the engine would fetch every one there is.
            parameters.Tag = "latest";
        }

        using var timed = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timed.CancelAfter(options.PullTimeout);
        try
        {
            // The registry's failures come as the engine's (5xx), so they are told apart here and not in Ask.
            await engine.Ask(
                $"fetch image {image}",
                Timeout.InfiniteTimeSpan,
                async (client, token) =>
                {
                    try
                    {
                        await client.Images.CreateImageAsync(parameters, login, failure, token);
                    }
                    catch (DockerApiException answer)
                    {
                        throw new ImageMissingException($"image {image} not found: {EngineConnection.Words(answer)}", answer);
                    }
                },
                timed.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new ImageMissingException($"image {image} not found: fetching it took more than {options.PullTimeout}");
        }

        if (failure.Words is { } words)
        {
            throw new ImageMissingException($"image {image} not found: {words}");
        }
    }

    private static bool HasTagOrDigest(string image) =>
        image.Contains('@', StringComparison.Ordinal) || image.LastIndexOf(':') > image.LastIndexOf('/');

    /// <summary>A pull that fails half-way says so in its stream of progress.</summary>
    private sealed class FirstError : IProgress<JSONMessage>
    {
        public string? Words { get; private set; }

        public void Report(JSONMessage value) => Words ??= value.Error?.Message;
    }
}
