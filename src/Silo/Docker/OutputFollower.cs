using System.Runtime.CompilerServices;
using Docker.DotNet.Models;
using Granary.Core.Attempts;
using Granary.Core.Runtime;

namespace Granary.Silo.Docker;

/// <summary>
/// Follows a container's output to its end. Before the start it attaches; to a container that has run it reads the engine's copy from the
/// beginning and skips what was taken, by counts. The end of a connection is no proof: the container is asked after, and if it lives the
/// copy goes on where the connection stopped.
/// </summary>
internal sealed class OutputFollower(
    EngineConnection engine,
    DockerOptions options,
    TimeProvider clock,
    Func<AttemptKey, CancellationToken, Task<ContainerReport?>> find)
{
    /// <summary>Between the end of a connection and the next look at a container that has not ended: the engine closes streams a little before it notes the exit.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(50);

    public async Task<IAsyncEnumerable<OutputLine>> Open(AttemptKey attempt, OutputPosition from, CancellationToken cancellation)
    {
        var report = await find(attempt, cancellation) ?? throw new InvalidOperationException($"The engine has no container of {attempt}.");
        return Follow(attempt, from, await OpenSource(report, cancellation), cancellation);
    }

    private async IAsyncEnumerable<OutputLine> Follow(
        AttemptKey attempt,
        OutputPosition taken,
        IOutputSource source,
        CancellationToken opened,
        [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(opened, cancellation);
        var rises = new RisingInstants();
        try
        {
            while (true)
            {
                var seen = OutputPosition.Start;
                while (await Next(source, either.Token) is { } line)
                {
                    seen = seen.After(line.Stream);
                    if (IsNew(line, seen, taken))
                    {
                        taken = taken.After(line.Stream);
                        yield return rises.Of(line);
                    }
                }

                var report = await find(attempt, either.Token);
                if (report is null or { Phase: ContainerPhase.Exited })
                {
                    foreach (var line in source.Rest())
                    {
                        seen = seen.After(line.Stream);
                        if (IsNew(line, seen, taken))
                        {
                            yield return rises.Of(line);
                        }
                    }

                    yield break;
                }

                await Task.Delay(LookAgain, clock, either.Token);
                source.Dispose();
                source = await OpenSource(report, either.Token);
            }
        }
        finally
        {
            source.Dispose();
        }
    }

    private static bool IsNew(OutputLine line, OutputPosition seen, OutputPosition taken) =>
        line.Stream == OutputStream.Out ? seen.Out > taken.Out : seen.Error > taken.Error;

    /// <summary>A connection that breaks is a connection that ends: what follows from it is decided by looking at the container.</summary>
    private static async Task<OutputLine?> Next(IOutputSource source, CancellationToken cancellation)
    {
        try
        {
            return await source.Next(cancellation);
        }
        catch (Exception cause) when (EngineConnection.IsNoAnswer(cause) && !cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task<IOutputSource> OpenSource(ContainerReport report, CancellationToken cancellation)
    {
        if (report.Phase != ContainerPhase.Created)
        {
            return await OpenStored(report, cancellation);
        }

        var parameters = new ContainerAttachParameters { Stream = true, Stdout = true, Stderr = true };
        var stream = await engine.Ask(
            "attach to a container",
            options.RequestTimeout,
            (client, token) => client.Containers.AttachContainerAsync(report.Name, parameters, token),
            cancellation);
        var attached = new AttachedOutput(stream, clock);
        if (await find(report.Attempt, cancellation) is { Phase: ContainerPhase.Created } or null)
        {
            return attached;
        }

        // Somebody started it meanwhile, so its first bytes may have been missed.
        attached.Dispose();
        return await OpenStored(report, cancellation);
    }

    private async Task<IOutputSource> OpenStored(ContainerReport report, CancellationToken cancellation) => new StoredOutput(await engine.OpenStream(
        "read the engine's copy of a container's output",
        $"/containers/{report.Name}/logs?stdout=1&stderr=1&follow=1&timestamps=1",
        options.RequestTimeout,
        cancellation));

    /// <summary>The engine's instants lie before ours for the same line: after a change of source they must not fall back.</summary>
    private sealed class RisingInstants
    {
        private DateTimeOffset output;
        private DateTimeOffset errors;

        public OutputLine Of(OutputLine line)
        {
            ref var last = ref line.Stream == OutputStream.Out ? ref output : ref errors;
            last = line.At > last ? line.At : last;
            return line with { At = last };
        }
    }
}
