using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Runtime;

namespace Granary.Simulator.Parts;

/// <summary>How an attempt ends: seen, noted, told until it is written, and only then removed.</summary>
internal sealed partial class CellAttempts
{
    /// <summary>Looks at what is kept: ends are noted, and told until they are written.</summary>
    public void Work()
    {
        if (silo.Serving.Phase is ServingPhase.Waiting)
        {
            return;
        }

        GiveUpSlowStarts();
        foreach (var ((work, number), each) in kept.Where(each => !each.Value.IsQuiet).ToArray())
        {
            See(new AttemptKey(work, number), each);
        }
    }

    /// <summary>The engine said that a process ended.</summary>
    public void HearEnd(AttemptKey attempt)
    {
        if (silo.Serving.Phase is not ServingPhase.Waiting && kept.TryGetValue((attempt.Work, attempt.Number), out var each))
        {
            See(attempt, each);
        }
    }

    private void See(AttemptKey attempt, Kept each)
    {
        var note = host.NoteFor(attempt);
        if (note.Report is null && host.Engine.IsUp)
        {
            SeeProcess(attempt, note, each);
        }

        if (note.Report is { } report && !each.IsTelling)
        {
            each.IsTelling = true;
            if (world.Rules.Omits == Omission.TellBeforeRemoval)
            {
                host.Engine.Remove(attempt);
                host.Forget(attempt);
            }

            silo.Tell(attempt.Work, new News.Reported(report), work => Discard(attempt, AttemptVerdict.MayHaveRunBeside(report, work.Attempt)));
            silo.Later(1200, 1800, () => each.IsTelling = world.Rules.Omits == Omission.Repetition);
        }
    }

    private void SeeProcess(AttemptKey attempt, Note note, Kept each)
    {
        var container = each.Container = host.Engine.Find(attempt);
        if (container is null or { Phase: ContainerPhase.Created })
        {
            if (!host.Starts.ContainsKey(attempt))
            {
                host.Engine.Remove(attempt);
                note.IsFenced = true;
                note.Report = new AttemptReport.Lost(attempt.Number, "whether it was started is not known, and it does not run");
            }
        }
        else if (container.Phase == ContainerPhase.Exited)
        {
            note.Report = world.Rules.OfEnd(attempt, host.Cell, EndOf(container, note));
        }
        else if (each.IsToldUp && !container.WasBornFrozen) // Of a start in a group that is frozen the engine says nothing before it runs again.
        {
            silo.Tell(attempt.Work, new News.Reported(new AttemptReport.Started(attempt.Number)), _ => each.IsToldUp = false);
        }
    }

    /// <summary>The number can never start here any more; what there was of it is removed before that is said.</summary>
    private void Fence(AttemptKey attempt, AttemptReport report)
    {
        starts.Remove(attempt);
        var note = host.NoteFor(attempt);
        note.IsFenced = world.Rules.Omits != Omission.Fence;
        Engine(2, 40, () =>
        {
            if (host.Engine.IsUp)
            {
                if (world.Rules.Omits != Omission.Fence)
                {
                    host.Engine.Remove(attempt);
                }

                note.Report ??= report;
            }

            See(attempt, Keep(attempt));
        });
    }

    private void Stop(AttemptKey attempt, string? displacedBecause)
    {
        Look(attempt);
        if (host.NoteOf(attempt) is not { Report: null } note || !IsKept(attempt))
        {
            return;
        }

        if (note.StopOrderedAt is null)
        {
            (note.StopOrderedAt, note.DisplacedBecause) = (world.Agenda.Now, displacedBecause);
        }
        else if (displacedBecause is not null)
        {
            return; // It was told once; the engine does the rest.
        }

        var script = host.Engine.Find(attempt)?.Script;
        var grace = script is { HearsTerm: false } ? world.Plan.Policies.StopGrace.TotalMilliseconds : 5;
        Engine(grace, grace + 1500, () =>
        {
            if (host.Engine.IsUp && !host.Engine.IsFrozen && host.Engine.Find(attempt) is { Phase: ContainerPhase.Running } container)
            {
                host.Engine.End(container, EndCause.OurStop, container.Script.HearsTerm ? 143 : 137);
            }
        });
    }

    private bool MayHaveRunBeside(Container? container, Note? note, WorkState? row) => note is { Report: { } noted }
        ? row is not null && AttemptVerdict.MayHaveRunBeside(noted, row)
        : AttemptVerdict.MayHaveRunBeside(container?.Phase == ContainerPhase.Running, container?.Phase == ContainerPhase.Exited ? EndOf(container, note) : null);

    private ProcessEnd EndOf(Container container, Note? note)
    {
        host.Probe(); // Until now it was up, or the end is in doubt.
        return new ProcessEnd(
            container.ExitCode,
            container is { Script.RunsOutOfMemory: true, Cause: EndCause.Itself },
            host.WallAt(container.StartedAt),
            host.WallAt(container.EndedAt),
            host.EngineRecord.DoubtAbout(host.WallAt(container.EndedAt)),
            OnWall(note?.KilledAt),
            OnWall(note?.StopOrderedAt))
        {
            DisplacedBecause = note?.DisplacedBecause,
            WasUnwatched = host.EngineRecord.WasUnwatched(host.WallAt(container.EndedAt)),
        };
    }

    private DateTimeOffset? OnWall(TimeSpan? time) => time is { } at ? host.WallAt(at) : null;

    /// <summary>What may have run on beside its successor is told before the last trace of it goes.</summary>
    private void Discard(AttemptKey attempt, bool mayHaveRunBeside)
    {
        if (mayHaveRunBeside || host.NoteOf(attempt) is { Outlived: true })
        {
            silo.Tell(attempt.Work, new News.Outlived(attempt.Number, host.Cell), _ => Clear(attempt));
        }
        else
        {
            Clear(attempt);
        }
    }

    private void Clear(AttemptKey attempt) => Engine(2, 40, () =>
    {
        if (host.Engine.IsUp)
        {
            host.Engine.Remove(attempt);
            host.Forget(attempt);
            kept.Remove((attempt.Work, attempt.Number));
            Count(Ledger.Release(attempt));
        }
    });
}
