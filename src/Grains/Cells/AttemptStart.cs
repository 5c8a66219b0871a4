using System.Collections.Immutable;
using Granary.Core.Attempts;
using Granary.Core.Builds;
using Granary.Core.Cells;
using Granary.Core.Runtime;
using Granary.Core.Tasks;
using Microsoft.Extensions.Logging;

namespace Granary.Grains.Cells;

/// <summary>What came of an order to start an attempt.</summary>
internal abstract record StartResult
{
    /// <summary>The row is past the attempt, or was never here.</summary>
    internal sealed record Stale : StartResult;

    /// <summary>It did not start and never will.</summary>
    internal sealed record Over(Ending Ending) : StartResult;

    /// <summary>The engine was told to start it. Whether it did is found out by following it.</summary>
    /// <param name="Output">What it writes, from the first byte; null when a call before this one told the engine.</param>
    internal sealed record Ordered(WorkState Work, IAsyncEnumerable<OutputLine>? Output) : StartResult;
}

/// <summary>
/// Starts one attempt: admitted by the ledger, noted, created, and started in its turn, at most once and only while the row wants it.
/// May be run again after a fault that passes: it goes on where it was.
/// </summary>
internal sealed partial class AttemptStart(AttemptKey attempt, ServedCell cell)
{
    private static readonly ImmutableArray<string> DropletShell = ["/bin/bash", "-c"];

    /// <summary>As Cloud Foundry's launcher: what buildpacks and the app want in the environment is read before the command.</summary>
    private const string LaunchScript = """
        shopt -s nullglob
        for script in ../profile.d/* .profile.d/*; do source "$script"; done
        shopt -u nullglob
        [ ! -f .profile ] || source .profile
        exec /bin/bash -c "$1"
        """;

    private static readonly ImmutableArray<string> ImageShell = ["/bin/sh", "-c"];

    private readonly CellServices services = cell.Services;

    /// <summary>The lease under which this start began: under a later one the row may have been moved meanwhile.</summary>
    private readonly long beganUnder = cell.Lease.Epoch;

    public async Task<StartResult> Run(StartTurn turn)
    {
        var notes = cell.Notes.Of(attempt);
        var work = await services.Rows.Find(attempt.Work, cell.Serving);
        if (work is null || !cell.IsHeld(work, attempt))
        {
            cell.Books.Settle(attempt);
            return new StartResult.Stale();
        }

        if (notes.StartWasOrdered)
        {
            return new StartResult.Ordered(work, null); // Something failed after the start was ordered: never again.
        }

        if (Admit(work) is { } no)
        {
            return new StartResult.Over(Ending.NeverStarted(attempt, no));
        }

        await notes.Starting(cell.Serving);
        if (await Create(work) is { } already)
        {
            return already;
        }

        var output = await services.Runtime.OpenOutput(attempt, OutputMarks.Start, cell.Serving);
        await turn.Come(cell.Serving);
        if (await services.Rows.Current(attempt.Work, cell.Serving) is not { IsRunning: true } row || !cell.IsHeld(row, attempt))
        {
            return new StartResult.Over(Ending.NeverStarted(attempt, "it was not wanted any more when its container stood ready"));
        }

        if (cell.Books.ClosedBy is { } closed)
        {
            return new StartResult.Over(Ending.NeverStarted(attempt, closed)); // Ordered to let go while this was being made ready: it runs elsewhere from its first moment.
        }

        // From here to the engine's answer it is not given up, also by a process that is told to end: what it does not know of a start is a loss.
        cell.Serving.ThrowIfCancellationRequested();
        await notes.StartOrdered(CancellationToken.None);
        services.Marks.Mark(attempt); // Before the last look at the lease: who ends it waits for what is marked.
        if (!cell.Lease.MayStart(beganUnder))
        {
            services.Marks.Clear(attempt);
            return new StartResult.Over(Ending.NeverStarted(attempt, $"the lease of {cell.Id} ran out, or was taken anew, before it was started"));
        }

        return await Launch(work, output);
    }

    /// <summary>The reason why the cell does not take it; null when the ledger counts it.</summary>
    private string? Admit(WorkState work)
    {
        var reason = !work.IsRunning ? "it was not wanted any more when its turn came"
            : !CellSegment.AreSame(work.Runs!.Segment, cell.Segment) ? $"the cell is of the {CellSegment.Words(cell.Segment)} now"
            : cell.Books.Admit(attempt, new CellCapacity(work.Runs.MemoryMb, work.Runs.DiskMb));
        cell.Books.Settle(attempt);
        return reason;
    }

    /// <summary>Null when a container stands ready to be started.</summary>
    private async Task<StartResult?> Create(WorkState work)
    {
        try
        {
            return await services.Runtime.Create(Container(work.Runs!), cell.Serving) switch
            {
                CreateOutcome.Impossible impossible => new StartResult.Over(Ending.NeverStarted(attempt, impossible.Reason, permanent: true)),
                CreateOutcome.NameTaken taken => new StartResult.Over(Ending.NeverStarted(attempt, $"its container's name is taken by {taken.By}")),
                CreateOutcome.Found { Report.Phase: not ContainerPhase.Created } => new StartResult.Ordered(work, null), // By whoever served the cell before its journal was lost.
                _ => null,
            };
        }
        catch (EngineUnavailableException fault)
        {
            await cell.WatchEngine(cell.Serving); // So that placement hears of it before it chooses again.
            return new StartResult.Over(Ending.NeverStarted(attempt, $"its engine does not answer: {fault.Message}"));
        }
    }

    private async Task<StartResult> Launch(WorkState work, IAsyncEnumerable<OutputLine> output)
    {
        try
        {
            if (await services.Runtime.Start(attempt, CancellationToken.None) is StartOutcome.Impossible impossible)
            {
                // A warden that stops its cell kills what is being started, and to the engine that looks as if it could not be.
                var isStopped = !cell.Lease.MayStart(beganUnder) || services.Kills.Of(attempt) is not null;
                return new StartResult.Over(Ending.NeverStarted(attempt, impossible.Reason, permanent: !isStopped));
            }
        }
        catch (EngineUnavailableException fault)
        {
            LogStartUnknown(services.Logger, attempt, fault.Message);
        }

        return new StartResult.Ordered(work, output);
    }

    private ContainerSpec Container(AttemptSpec spec)
    {
        var isDroplet = spec.Source.DropletDigest is not null;
        return new ContainerSpec(
            cell.Id,
            attempt,
            spec.Source,
            CommandOf(spec),
            spec.User,
            isDroplet ? TaskEnvironment.AppDirectory : "/",
            spec.EnvironmentOf(attempt, services.Options.Address),
            new ContainerLimits(spec.MemoryMb, spec.DiskMb, ContainerLimits.CpuSharesFor(spec.MemoryMb), services.Options.Pids),
            spec.Network,
            services.Options.StopGrace)
        {
            Staging = spec.Staging,
            Egress = spec.Egress,
        };
    }

    private static ImmutableArray<string> CommandOf(AttemptSpec spec) => spec switch
    {
        { Staging: { } plan } => StagingScript.Command(plan),
        { Source.DropletDigest: not null } => [.. DropletShell, LaunchScript, "granary", spec.Command],
        _ => ImageShell.Add(spec.Command),
    };

    [LoggerMessage(LogLevel.Warning, "{Attempt}: whether its start reached the engine is not known ({Fault})")]
    private static partial void LogStartUnknown(ILogger logger, AttemptKey attempt, string fault);
}
