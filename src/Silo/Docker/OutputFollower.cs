using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Docker.DotNet;
using Docker.DotNet.Models;
using Granary.Core.Attempts;
using Granary.Core.Runtime;

namespace Granary.Silo.Docker;

/// <summary>
/// Follows a container's output to its end. Before the start it attaches, and takes every byte live. Of a container that has run it reads the
/// engine's copy, from the place up to which the output was taken, again and again as the container writes. The end of a connection is no
/// proof: the container is asked after, and if it lives the copy goes on where the connection stopped.
/// </summary>
internal sealed class OutputFollower(
    EngineConnection engine,
    DockerOptions options,
    TimeProvider clock,
    Func<AttemptKey, CancellationToken, Task<ContainerReport?>> find)
{
    /// <summary>Between the end of a connection and the next look at a container that has not ended: the engine closes streams a little before it notes the exit.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// By how much the streams of a process may end before the engine says that it ended. A connection that ended earlier was ended by
    /// something else, or the process closed its streams and wrote no more: the copy tells.
    /// </summary>
    private static readonly TimeSpan EndsEarlierMax = TimeSpan.FromSeconds(1);

    /// <summary>The longest time in which a running container's copy is not looked at, though nothing seems to be written: the engine writes its copy a little after it tells others.</summary>
    private static readonly TimeSpan QuietMax = TimeSpan.FromSeconds(30);

    /// <summary>Readings of an ended container's copy that break one after another, after which the copy is taken to be damaged.</summary>
    private const int BreaksMax = 5;

    public async Task<IAsyncEnumerable<OutputLine>> Open(AttemptKey attempt, OutputMarks from, CancellationToken cancellation)
    {
        var report = await find(attempt, cancellation) ?? throw new InvalidOperationException($"The engine has no container of {attempt}.");
        var live = report.Phase == ContainerPhase.Created ? await Attach(report, cancellation) : null;
        if (live is not null && await find(attempt, cancellation) is { Phase: not ContainerPhase.Created })
        {
            // Somebody started it meanwhile, so its first bytes may have been missed.
            live.Dispose();
            live = null;
        }

        return live is null
            ? Stored(attempt, new OutputTrail(from), new RisingInstants(), cancellation)
            : Live(attempt, new OutputTrail(from), new AttachedOutput(live, clock), cancellation);
    }

    private async IAsyncEnumerable<OutputLine> Live(
        AttemptKey attempt,
        OutputTrail trail,
        AttachedOutput source,
        CancellationToken opened,
        [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(opened, cancellation);
        var rises = new RisingInstants();
        using (source)
        {
            Step step;
            while ((step = await Next(source, either.Token)).Line is { } line)
            {
                trail.Take(line);
                yield return rises.Of(line);
            }

            var endedAt = clock.GetUtcNow();
            var report = await find(attempt, either.Token);
            if (report is null || (step.Break is null && report.FinishedAt <= endedAt + EndsEarlierMax))
            {
                foreach (var line in source.Rest())
                {
                    yield return rises.Of(line);
                }

                yield break;
            }
        }

        await Task.Delay(LookAgain, clock, either.Token);
        await foreach (var line in Stored(attempt, trail, rises, either.Token))
        {
            yield return line;
        }
    }

    private async IAsyncEnumerable<OutputLine> Stored(
        AttemptKey attempt,
        OutputTrail trail,
        RisingInstants rises,
        CancellationToken opened,
        [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(opened, cancellation);
        var stored = new StoredOutput((records, token) => OpenCopy(attempt, records, token), trail);
        var (written, quiet, breaks) = (0, options.OutputLookEvery, 0);
        OutputBell? bell = null;
        try
        {
            while (true)
            {
                bell = await Listen(attempt, bell, either.Token); // Before the look: what is written after it rings.
                if (await find(attempt, either.Token) is not { } report)
                {
                    yield break;
                }

                var news = 0;
                Step step;
                await using (var lines = stored.New(written, either.Token).GetAsyncEnumerator(either.Token))
                {
                    while ((step = await Move(lines, either.Token)).Line is { } line)
                    {
                        news++;
                        trail.Take(line);
                        yield return rises.Of(line);
                    }
                }

                if (report.Phase != ContainerPhase.Exited)
                {
                    quiet = news > 0 || written > 0 ? options.OutputLookEvery : TimeSpan.FromTicks(Math.Min(2 * quiet.Ticks, QuietMax.Ticks));
                    written = await Written(bell, quiet, either.Token);
                    quiet = bell is { HasEnded: true } ? options.OutputLookEvery : quiet; // As a rule it has ended, and is soon said to have.
                    continue;
                }

                if (step.Break is null || ++breaks == BreaksMax)
                {
                    foreach (var line in step.Break is { } cause ? stored.Rest().Append(Damage(cause)) : stored.Rest())
                    {
                        yield return rises.Of(line);
                    }

                    yield break;
                }

                await Task.Delay(options.OutputLookEvery, clock, either.Token);
            }
        }
        finally
        {
            bell?.Dispose();
        }
    }

    /// <summary>A connection that breaks is a connection that ends: what follows from it is decided by looking at the container.</summary>
    private static async Task<Step> Next(AttachedOutput source, CancellationToken cancellation)
    {
        try
        {
            return new Step(await source.Next(cancellation), null);
        }
        catch (Exception cause) when (EngineConnection.IsNoAnswer(cause) && !cancellation.IsCancellationRequested)
        {
            return new Step(null, cause);
        }
    }

    /// <summary>The same for a reading of the copy.</summary>
    private static async Task<Step> Move(IAsyncEnumerator<OutputLine> lines, CancellationToken cancellation)
    {
        try
        {
            return await lines.MoveNextAsync() ? new Step(lines.Current, null) : new Step(null, null);
        }
        catch (Exception cause) when ((cause is EngineUnavailableException || EngineConnection.IsNoAnswer(cause)) && !cancellation.IsCancellationRequested)
        {
            return new Step(null, cause);
        }
    }

    private OutputLine Damage(Exception cause) =>
        new(OutputStream.Error, Encoding.UTF8.GetBytes($"1 or more lines missing: the engine's copy of the output cannot be read to its end: {cause.Message}"), true, clock.GetUtcNow());

    private async Task<int> Written(OutputBell? bell, TimeSpan patience, CancellationToken cancellation)
    {
        if (bell is null)
        {
            await Task.Delay(options.OutputLookEvery, clock, cancellation);
            return 0;
        }

        var lines = await bell.Wait(patience, options.OutputLookEvery);
        if (bell.HasEnded)
        {
            await Task.Delay(LookAgain, clock, cancellation);
        }

        return lines;
    }

    /// <summary>A bell that rings; null if the container does not run.</summary>
    private async Task<OutputBell?> Listen(AttemptKey attempt, OutputBell? bell, CancellationToken cancellation)
    {
        if (bell is { HasEnded: false })
        {
            return bell;
        }

        bell?.Dispose();
        if (await find(attempt, cancellation) is not { Phase: ContainerPhase.Running } report)
        {
            return null;
        }

        try
        {
            return new OutputBell(await Attach(report, cancellation), BytesBetweenLooks, clock, cancellation);
        }
        catch (DockerApiException)
        {
            // It ended meanwhile, or somebody paused it: the next look tells.
            return null;
        }
    }

    /// <summary>A quarter of what the copy holds just after one of its files was dropped.</summary>
    private long BytesBetweenLooks => ((long)options.OutputFileMb << 20) * Math.Max(options.OutputFiles - 1, 1) / 4;

    private Task<MultiplexedStream> Attach(ContainerReport report, CancellationToken cancellation)
    {
        var parameters = new ContainerAttachParameters { Stream = true, Stdout = true, Stderr = true };
        return engine.Ask(
            "attach to a container",
            options.RequestTimeout,
            (client, token) => client.Containers.AttachContainerAsync(report.Name, parameters, token),
            cancellation);
    }

    private Task<Stream> OpenCopy(AttemptKey attempt, int? records, CancellationToken cancellation) => engine.OpenStream(
        "read the engine's copy of a container's output",
        string.Create(CultureInfo.InvariantCulture, $"/containers/{attempt.ContainerName}/logs?stdout=1&stderr=1&timestamps=1&tail={records?.ToString(CultureInfo.InvariantCulture) ?? "all"}"),
        options.RequestTimeout,
        cancellation);

    /// <summary>A line, or the end of a reading: in order, or with what broke it.</summary>
    private readonly record struct Step(OutputLine? Line, Exception? Break);

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
