using System.Collections.Concurrent;
using Granary.Core.Runtime;
using Granary.Silo.Droplets;

namespace Granary.Silo.Docker;

/// <summary>A droplet's bits cannot be had or cannot be unpacked. The message says why.</summary>
internal sealed class DropletUnavailableException(string message, Exception cause) : Exception(message, cause);

/// <summary>
/// Droplets and buildpacks, each unpacked once for all attempts of a cell. Nothing is ever written into what is unpacked: attempts get overlays over it, or may only read it.
/// </summary>
internal sealed class DropletCache(string folder, IDropletSource source, IDropletUnpacker unpacker, TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, Lazy<Task<string>>> unpacking = [];

    /// <summary>The folder of an unpacked droplet; unpacks it unless it is there.</summary>
    /// <param name="linksMayLeave">As in <see cref="IDropletUnpacker.Unpack"/>.</param>
    public async Task<string> Get(string digest, bool linksMayLeave, CancellationToken cancellation)
    {
        if (digest.Length != 64 || !digest.All(char.IsAsciiHexDigitLower))
        {
            throw new ArgumentException($"'{digest}' is not a SHA-256 in lower-case hex.", nameof(digest));
        }

        var finished = Path.Combine(folder, digest);
        if (!Directory.Exists(finished))
        {
            // Whoever comes first unpacks for all; nobody's cancellation ends what others wait for.
            var ours = unpacking.GetOrAdd(digest, key => new Lazy<Task<string>>(() => Task.Run(() => Unpack(key, finished, linksMayLeave))));
            try
            {
                await ours.Value.WaitAsync(cancellation);
            }
            finally
            {
                if (ours.Value.IsCompleted)
                {
                    unpacking.TryRemove(new KeyValuePair<string, Lazy<Task<string>>>(digest, ours));
                }
            }
        }

        Directory.SetLastWriteTimeUtc(finished, clock.GetUtcNow().UtcDateTime);
        return finished;
    }

    /// <summary>Deletes what was left half done, and droplets that were last used before <paramref name="before"/>. Nobody may be using them.</summary>
    public void Sweep(DateTimeOffset before)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        foreach (var droplet in Directory.EnumerateDirectories(folder))
        {
            var isFinished = !Path.GetFileName(droplet).Contains('.', StringComparison.Ordinal);
            if (isFinished ? Directory.GetLastWriteTimeUtc(droplet) < before.UtcDateTime : unpacking.IsEmpty)
            {
                Directory.Delete(droplet, recursive: true);
            }
        }
    }

    private async Task<string> Unpack(string digest, string finished, bool linksMayLeave)
    {
        Directory.CreateDirectory(folder);
        var unfinished = $"{finished}.{Guid.NewGuid():N}";
        try
        {
            await Unpack(digest, unfinished, linksMayLeave, CancellationToken.None);

            Directory.CreateDirectory(unfinished);
            Give(unfinished);
            Directory.Move(unfinished, finished);
            return finished;
        }
        finally
        {
            if (Directory.Exists(unfinished))
            {
                Directory.Delete(unfinished, recursive: true);
            }
        }
    }

    private async Task Unpack(string digest, string folder, bool linksMayLeave, CancellationToken cancellation)
    {
        try
        {
            await using var bits = await source.Open(digest, cancellation);
            await unpacker.Unpack(bits, folder, linksMayLeave, cancellation);
        }
        catch (Exception cause) when (cause is ArchiveRefusedException or FileNotFoundException)
        {
            throw new DropletUnavailableException($"droplet {digest} cannot be unpacked: {cause.Message}", cause);
        }
        catch (Exception cause) when (cause is IOException or HttpRequestException or TimeoutException)
        {
            // The store or the host's disk is in trouble now; the droplet may be as good as ever.
            throw new EngineUnavailableException($"Droplet {digest} could not be fetched: {cause.Message}", cause);
        }
    }

    /// <summary>The files of a droplet belong to the user who runs it. Links themselves change hands, never what they name.</summary>
    private static void Give(string directory)
    {
        Kernel.ChangeOwner(directory, DropletUser.Id, DropletUser.Id);
        foreach (var entry in new DirectoryInfo(directory).EnumerateFileSystemInfos("*", new EnumerationOptions { AttributesToSkip = 0, IgnoreInaccessible = false }))
        {
            if (entry is DirectoryInfo { LinkTarget: null })
            {
                Give(entry.FullName);
            }
            else
            {
                Kernel.ChangeOwner(entry.FullName, DropletUser.Id, DropletUser.Id);
            }
        }
    }
}

/// <summary>The user of droplets, as every stack image names it: vcap.</summary>
internal static class DropletUser
{
    public const uint Id = 2000;

    public const string Login = "vcap";

    /// <summary>As numbers, so that it does not depend on the image's list of users.</summary>
    public const string Name = "2000:2000";
}
