using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Tasks;
using Granary.Simulator.Parts;
using Granary.Simulator.Plans;
using Granary.Simulator.Reports;

namespace Granary.Simulator.Oracles;

/// <summary>Two attempts of one work that ran at once.</summary>
internal readonly record struct Overlap(AttemptKey Older, int Newer, Host OlderOn);

/// <summary>
/// Sees every process of every attempt from outside, in true time. The oracles read only this, what clients were told, and the rows at the end.
/// </summary>
internal sealed class Witness(World world, bool keepsTimeline)
{
    private readonly Dictionary<Guid, List<(Container Container, Host Host)>> running = [];
    private readonly HashSet<AttemptKey> started = [];
    private readonly Dictionary<Overlap, TimeSpan> excused = [];
    private readonly Dictionary<Guid, int> startsOf = [];
    private readonly ReportMaking report = new(world, keepsTimeline);

    public Dictionary<AttemptKey, int> EndedByItself { get; } = [];

    /// <summary>What ended with its engine or host leaves nothing to tell by whether it had outlived its lease.</summary>
    public HashSet<AttemptKey> EndedWithItsEngine { get; } = [];

    /// <summary>Pairs of attempts that ran at once on the terms of an exception: their story must say unconfirmed.</summary>
    public IReadOnlyDictionary<Overlap, TimeSpan> Excused => excused;

    public int TasksEnded => report.TasksEnded;

    public bool HasStarted(AttemptKey attempt) => started.Contains(attempt);

    public int StartsOf(Guid work) => startsOf.GetValueOrDefault(work);

    public IEnumerable<(Container Container, Host Host)> RunningOf(Guid work) => running.GetValueOrDefault(work) ?? [];

    public void Started(Container container, Host host)
    {
        var attempt = container.Attempt;
        if (!started.Add(attempt))
        {
            world.Violate("never two at once", $"number used twice: {world.Words(attempt)} was started again on {host.Name}");
        }

        world.Tell(host.Name, $"{world.Words(attempt)} runs");
        startsOf[attempt.Work] = StartsOf(attempt.Work) + 1;
        report.Started(attempt, host);
        if (!running.TryGetValue(attempt.Work, out var beside))
        {
            running[attempt.Work] = beside = [];
        }

        beside.Add((container, host));
        See(attempt.Work);
        HandOver.SeeStart(world, attempt);
        RoomIsReal.See(world, host);
        SegmentsAreKept.See(world, attempt, host);
    }

    /// <summary>Looks whether two attempts of one work run at once. What is frozen does not run: it is looked at again when it is let go.</summary>
    public void See(Guid work)
    {
        var list = running.GetValueOrDefault(work) ?? [];
        var runs = list.Count > 1 ? list.Where(each => !each.Host.Engine.IsFrozen).OrderBy(each => each.Container.Attempt.Number).ToArray() : [];
        for (var newer = 1; newer < runs.Length; newer++)
        {
            foreach (var (older, host) in runs[..newer])
            {
                var overlap = new Overlap(older.Attempt, runs[newer].Container.Attempt.Number, host);
                if (NeverTwoAtOnce.IsExcused(world, older.Attempt, host))
                {
                    excused[overlap] = world.Agenda.Now;
                }
                else
                {
                    world.Violate("never two at once", $"{world.Words(runs[newer].Container.Attempt)} runs on {runs[newer].Host.Name} while {world.Words(older.Attempt)} runs on {host.Name}");
                }
            }
        }
    }

    public void Ended(Container container)
    {
        if (running.TryGetValue(container.Attempt.Work, out var list))
        {
            list.RemoveAll(each => each.Container == container);
            if (list.Count == 0)
            {
                running.Remove(container.Attempt.Work);
            }
        }

        world.Tell("witness", $"{world.Words(container.Attempt)} ended by {container.Cause}, status {container.ExitCode}");
        report.Ended(container);
        if (container.Cause == EndCause.TheEngine)
        {
            EndedWithItsEngine.Add(container.Attempt);
        }
        else if (container.Cause == EndCause.OurStop)
        {
            HandOver.SeeStop(world, container.Attempt);
        }
        else if (container.Cause == EndCause.Itself)
        {
            EndedByItself[container.Attempt] = container.ExitCode;
        }
    }

    public void Adopted(AttemptKey attempt)
    {
        world.Tell("witness", $"{world.Words(attempt)} was adopted");
        report.Adopted();
    }

    public void TaskEnded(TaskState task) => report.TaskEnded(task);

    public void Fault(PlannedFault fault, TimeSpan at) => report.Fault(fault, at);

    public void Sample() => report.Sample();

    public void DrainOrdered(DrainState drain) => DrainIsKept.Watch(world, drain);

    public WorldReport Report(TimeSpan lasted) => report.Make(lasted);
}
