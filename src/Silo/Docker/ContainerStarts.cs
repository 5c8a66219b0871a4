using System.Collections.Concurrent;
using Docker.DotNet;
using Docker.DotNet.Models;
using Granary.Core.Attempts;
using Granary.Core.Runtime;

namespace Granary.Silo.Docker;

/// <summary>
/// Starts containers at most once. The engine runs an ended container again if it is told to start it, so a start whose outcome is unknown is never
/// repeated while the engine that got it may still be at work on it.
/// </summary>
internal sealed class ContainerStarts(EngineConnection engine, EngineProcess process, CommandCheck commands, DockerOptions options) : IDisposable
{
    /// <summary>What the engine's low-level runtime says comes after these words; everything else is the engine's own trouble, which may pass.</summary>
    private static readonly string[] FinalWords = ["OCI runtime", "failed to create shim", "error mounting", "error while creating mount source"];

    private readonly SemaphoreSlim inFlight = new(options.StartsInFlight);

    /// <summary>Starts of unknown outcome, with the engine process that got them.</summary>
    private readonly ConcurrentDictionary<AttemptKey, string> unknown = [];

    /// <param name="inspect">Looks at the container; null if there is none.</param>
    public async Task<StartOutcome> Start(AttemptKey attempt, Func<CancellationToken, Task<ContainerInspectResponse?>> inspect, CancellationToken cancellation)
    {
        await inFlight.WaitAsync(cancellation);
        try
        {
            var container = await inspect(cancellation) ?? throw new InvalidOperationException($"The engine has no container of {attempt}.");
            if (HasRun(container))
            {
                unknown.TryRemove(attempt, out _);
                return new StartOutcome.Started();
            }

            if (unknown.TryGetValue(attempt, out var busy) && !EngineProcess.IsGone(busy))
            {
                throw new EngineUnavailableException($"An earlier start of {attempt} is still unanswered; it is not repeated, since it may yet happen.");
            }

            return await commands.FaultOf(container, cancellation) is { } fault
                ? new StartOutcome.Impossible(fault)
                : await StartOnce(attempt, container.ID, inspect, cancellation);
        }
        finally
        {
            inFlight.Release();
        }
    }

    /// <summary>The container is gone, and what is unknown of it with it.</summary>
    public void Forget(AttemptKey attempt) => unknown.TryRemove(attempt, out _);

    public void Dispose() => inFlight.Dispose();

    private static bool HasRun(ContainerInspectResponse container) => ContainerReading.Report(container)?.Phase != ContainerPhase.Created;

    private async Task<StartOutcome> StartOnce(
        AttemptKey attempt,
        string id,
        Func<CancellationToken, Task<ContainerInspectResponse?>> inspect,
        CancellationToken cancellation)
    {
        // From here until an answer the start may or may not have happened, also if our caller gives up.
        unknown[attempt] = (await process.Probe(cancellation)).Process ?? "";
        try
        {
            await engine.Ask("start a container", options.StartTimeout, (client, token) => client.Containers.StartContainerAsync(id, new ContainerStartParameters(), token), cancellation);
            unknown.TryRemove(attempt, out _);
            return new StartOutcome.Started();
        }
        catch (DockerApiException answer)
        {
            unknown.TryRemove(attempt, out _);
            return Impossible(answer);
        }
        catch (EngineUnavailableException cause) when (cause.InnerException is DockerApiException)
        {
            unknown.TryRemove(attempt, out _);
            var answer = (DockerApiException)cause.InnerException;
            if (FinalWords.Any(words => answer.Message.Contains(words, StringComparison.Ordinal)))
            {
                return Impossible(answer);
            }

            throw;
        }
        catch (EngineUnavailableException)
        {
            if (await inspect(cancellation) is { } container && HasRun(container))
            {
                unknown.TryRemove(attempt, out _);
                return new StartOutcome.Started();
            }

            throw;
        }
    }

    private static StartOutcome.Impossible Impossible(DockerApiException answer) => new($"the engine cannot start it: {EngineConnection.Words(answer)}");
}
