using System.Collections.Concurrent;
using Docker.DotNet;
using Docker.DotNet.Models;

namespace Granary.Silo.Docker;

/// <summary>
/// Looks for a container's command before the start. With an init process the engine starts the init, which then fails to find the command: that
/// would look like a program that ran and ended with 127.
/// </summary>
internal sealed class CommandCheck(EngineConnection engine, DockerOptions options)
{
    private const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>Bits of the engine's file modes, which are those of its language.</summary>
    private const uint IsDirectory = 1u << 31;
    private const uint AnyExecute = 0b001_001_001;

    /// <summary>Commands that were found in images. Those outside the writable folders cannot go away again.</summary>
    private readonly ConcurrentDictionary<(string Image, string Command), bool> known = [];

    /// <summary>Why the command cannot be started; null if it can.</summary>
    public async Task<string?> FaultOf(ContainerInspectResponse container, CancellationToken cancellation)
    {
        var command = container.Path;
        var isFixed = !command.Contains('/', StringComparison.Ordinal) || IsReadOnly(container, command);
        if (isFixed && known.ContainsKey((container.Image, command)))
        {
            return null;
        }

        string? fault = null;
        foreach (var candidate in Candidates(container, command))
        {
            var stat = await Stat(container.ID, candidate, cancellation);
            if (stat is { LinkTarget.Length: > 0 })
            {
                stat = await Stat(container.ID, stat.LinkTarget, cancellation);
            }

            if (stat is null)
            {
                continue;
            }

            if ((stat.Mode & IsDirectory) == 0 && (stat.Mode & AnyExecute) != 0)
            {
                if (isFixed)
                {
                    known.TryAdd((container.Image, command), true);
                }

                return null;
            }

            fault ??= $"{candidate} is not executable: set its mode, or run it with a shell";
        }

        return fault ?? $"the command {command} was not found in the container: check its path and the image {container.Config?.Image}";
    }

    private static bool IsReadOnly(ContainerInspectResponse container, string command) =>
        command.StartsWith('/') && !container.Mounts.Any(mount => command.StartsWith(mount.Destination + "/", StringComparison.Ordinal));

    private static IEnumerable<string> Candidates(ContainerInspectResponse container, string command)
    {
        if (command.Contains('/', StringComparison.Ordinal))
        {
            return [command.StartsWith('/') ? command : $"{container.Config?.WorkingDir.TrimEnd('/')}/{command}"];
        }

        const string Variable = "PATH=";
        var path = container.Config?.Env?.LastOrDefault(line => line.StartsWith(Variable, StringComparison.Ordinal))?[Variable.Length..] ?? DefaultPath;
        return path.Split(':', StringSplitOptions.RemoveEmptyEntries).Select(folder => $"{folder.TrimEnd('/')}/{command}");
    }

    private async Task<ContainerPathStatResponse?> Stat(string container, string path, CancellationToken cancellation)
    {
        try
        {
            var answer = await engine.Ask(
                "look for a command",
                options.RequestTimeout,
                (client, token) => client.Containers.GetArchiveFromContainerAsync(container, new ContainerPathStatParameters { Path = path }, statOnly: true, token),
                cancellation);
            return answer.Stat;
        }
        catch (DockerApiException)
        {
            return null;
        }
    }
}
