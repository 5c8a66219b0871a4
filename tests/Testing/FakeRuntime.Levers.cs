using System.Globalization;
using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Runtime;

namespace Granary.Testing;

/// <summary>How an engine goes away.</summary>
public enum Departure
{
    /// <summary>Its process is killed; the containers run on without it.</summary>
    Killed,

    /// <summary>Its process is asked to stop: it closes its doors, stops its containers, and ends.</summary>
    Stopped,

    /// <summary>Its process lives, but nobody reaches it; the containers run on.</summary>
    CutOff,
}

/// <summary>The calls of <see cref="IContainerRuntime"/> whose answer a test can lose.</summary>
public enum RuntimeCall
{
    Describe,
    Mark,
    Probe,
    Create,
    Start,
    Find,
    List,
    OpenOutput,
    OpenFiles,
    Wait,
    Usage,
    Stop,
    Remove,
}

/// <summary>The test's side of <see cref="FakeRuntime"/>: what it sees of the engine, and what it does to it.</summary>
public sealed partial class FakeRuntime
{
    private readonly List<AttemptKey> creates = [];
    private readonly List<AttemptKey> starts = [];
    private readonly List<AttemptKey> stops = [];
    private readonly List<AttemptKey> removes = [];
    private readonly HashSet<RuntimeCall> lostAnswers = [];
    private readonly Queue<HeldStart> heldStarts = [];
    private readonly Dictionary<AttemptKey, TaskCompletionSource> startWatchers = [];
    private readonly Dictionary<AttemptKey, TaskCompletionSource> removeWatchers = [];
    private readonly string engine = Guid.NewGuid().ToString("N");
    private DateTimeOffset processStartedAt = clock.GetUtcNow();
    private DateTimeOffset lastInstant = clock.GetUtcNow();
    private CellCapacity used;
    private CellCapacity peak;
    private int processNumber = 1;
    private int breaks;
    private bool isAway;
    private bool processIsDead;
    private bool startsAreHeld;

    /// <summary>Whether the engine's process can be seen from here; false for an engine on another host.</summary>
    public bool ProcessIsVisible { get; init; } = true;

    /// <summary>The attempts whose containers were created, in order.</summary>
    public IReadOnlyList<AttemptKey> Creates => Copy(creates);

    /// <summary>The attempts whose process was started, in order; repeated calls that started nothing are not in it.</summary>
    public IReadOnlyList<AttemptKey> Starts => Copy(starts);

    /// <summary>The attempts for which a stop was ordered, in order, whatever there was to stop.</summary>
    public IReadOnlyList<AttemptKey> Stops => Copy(stops);

    /// <summary>The attempts whose containers were removed, in order.</summary>
    public IReadOnlyList<AttemptKey> Removes => Copy(removes);

    /// <summary>The containers that exist now, also while the engine is away.</summary>
    public IReadOnlyList<ContainerReport> Containers
    {
        get
        {
            lock (gate)
            {
                return [.. containers.Values.Select(container => container.Report)];
            }
        }
    }

    /// <summary>The most that running containers were allowed to take together at any instant.</summary>
    public CellCapacity Peak
    {
        get
        {
            lock (gate)
            {
                return peak;
            }
        }
    }

    /// <summary>What the container of an attempt was made of; null where there is none now.</summary>
    public ContainerSpec? SpecOf(AttemptKey attempt)
    {
        lock (gate)
        {
            return containers.GetValueOrDefault(attempt)?.Spec;
        }
    }

    /// <summary>How many calls of <see cref="Start"/> wait for <see cref="ReleaseStarts"/>.</summary>
    public int HeldStartCount
    {
        get
        {
            lock (gate)
            {
                return heldStarts.Count;
            }
        }
    }

    private string Process => string.Create(CultureInfo.InvariantCulture, $"{engine}-{processNumber}");

    /// <summary>The process of a running container ends by itself, also while the engine is away.</summary>
    public void Finish(AttemptKey attempt, int code = 0, bool outOfMemory = false)
    {
        lock (gate)
        {
            End(Running(attempt), code, outOfMemory);
        }
    }

    /// <summary>The process of a running container writes a line.</summary>
    public void Print(AttemptKey attempt, OutputStream stream, string line)
    {
        lock (gate)
        {
            Running(attempt).Output.Write(stream, line + "\n", Now);
        }
    }

    /// <summary>The engine's own copy of what the container wrote keeps only so many of the newest lines, as if its oldest file had been dropped.</summary>
    public void Outrun(AttemptKey attempt, int linesKept)
    {
        lock (gate)
        {
            var output = containers[attempt].Output;
            output.First = Math.Max(output.First, output.Count - linesKept);
        }
    }

    /// <summary>Every connection on which output is followed breaks off; the engine stays, and so does who waits for an end.</summary>
    public void BreakOutput()
    {
        lock (gate)
        {
            breaks++;
            foreach (var container in containers.Values)
            {
                container.Output.Ring();
            }
        }
    }

    /// <summary>Completes when the attempt's process was started; at once if it was.</summary>
    public Task WhenStarted(AttemptKey attempt, CancellationToken cancellation) => When(startWatchers, starts, attempt, cancellation);

    /// <summary>Completes when the attempt's container was removed; at once if it was.</summary>
    public Task WhenRemoved(AttemptKey attempt, CancellationToken cancellation) => When(removeWatchers, removes, attempt, cancellation);

    /// <summary>From now on starts take no effect and do not return.</summary>
    public void HoldStarts()
    {
        lock (gate)
        {
            startsAreHeld = true;
        }
    }

    /// <summary>The starts that were held take effect now, in the order in which they came, and no more are held.</summary>
    public void ReleaseStarts()
    {
        lock (gate)
        {
            startsAreHeld = false;
            while (heldStarts.TryDequeue(out var held))
            {
                held.Release(StartNow(held.Attempt));
            }
        }
    }

    /// <summary>The next call of this kind takes effect, but its caller gets <see cref="EngineUnavailableException"/>.</summary>
    public void LoseAnswer(RuntimeCall call)
    {
        lock (gate)
        {
            lostAnswers.Add(call);
        }
    }

    /// <summary>Something that is not the attempt's container takes its name.</summary>
    public void TakeName(AttemptKey attempt, string by)
    {
        lock (gate)
        {
            strangers.Add(attempt.ContainerName, by);
        }
    }

    /// <summary>Whether what <see cref="TakeName"/> put there still stands.</summary>
    public bool IsNameTaken(AttemptKey attempt)
    {
        lock (gate)
        {
            return strangers.ContainsKey(attempt.ContainerName);
        }
    }

    /// <summary>Takes away what <see cref="TakeName"/> put there.</summary>
    public void FreeName(AttemptKey attempt)
    {
        lock (gate)
        {
            strangers.Remove(attempt.ContainerName);
        }
    }

    /// <summary>The engine goes away: every call and everything that waits throws <see cref="EngineUnavailableException"/>.</summary>
    public void GoAway(Departure how = Departure.Killed)
    {
        lock (gate)
        {
            isAway = true;
            breaks++;
            processIsDead = processIsDead || how != Departure.CutOff;
            while (heldStarts.TryDequeue(out var held))
            {
                held.Fail(Away());
            }

            foreach (var container in containers.Values)
            {
                container.LeaveAlone(Away(), processIsDead);
            }

            if (how == Departure.Stopped)
            {
                StopSurvivors();
            }
        }
    }

    /// <summary>The engine answers again.</summary>
    /// <param name="sameProcess">It was only cut off. Else a new process: the old one is gone for good.</param>
    /// <param name="liveRestore">
    /// A new process takes over the containers that still run. Else it has stopped them when it comes back: their exits lie between its
    /// start and its first answer.
    /// </param>
    public void ComeBack(bool sameProcess = false, bool liveRestore = false)
    {
        lock (gate)
        {
            if (!isAway || (sameProcess && processIsDead))
            {
                throw new InvalidOperationException(isAway ? "The engine's process has ended; only a new one can come back." : "The engine is not away.");
            }

            isAway = false;
            if (sameProcess)
            {
                return;
            }

            processIsDead = false;
            processNumber++;
            processStartedAt = Now();
            if (!liveRestore)
            {
                StopSurvivors();
            }
        }
    }

    /// <summary>The engine's data is lost: its containers end and are gone, and so is the marker. An engine that is up restarts.</summary>
    public void Wipe()
    {
        lock (gate)
        {
            var wasUp = !isAway;
            if (wasUp)
            {
                GoAway();
            }

            foreach (var container in containers.Values.Where(container => container.IsRunning))
            {
                End(container, FakeContainer.Killed);
            }

            containers.Clear();
            strangers.Clear();
            marker = null;
            if (wasUp)
            {
                ComeBack();
            }
        }
    }

    private void StopSurvivors()
    {
        foreach (var container in containers.Values.Where(container => container.IsRunning))
        {
            End(container, container.CodeOnTerm ?? FakeContainer.Killed);
        }
    }

    private FakeContainer Running(AttemptKey attempt) => containers.TryGetValue(attempt, out var container) && container.IsRunning
        ? container
        : throw new InvalidOperationException($"No process of {attempt} runs.");

    private Task<StartOutcome> Hold(AttemptKey attempt)
    {
        var held = new HeldStart(attempt);
        heldStarts.Enqueue(held);
        return held.Outcome;
    }

    private DateTimeOffset Now()
    {
        var now = clock.GetUtcNow();
        lastInstant = now > lastInstant ? now : lastInstant.AddTicks(1);
        return lastInstant;
    }

    private void Take(CellCapacity size)
    {
        used += size;
        peak = new CellCapacity(Math.Max(peak.MemoryMb, used.MemoryMb), Math.Max(peak.DiskMb, used.DiskMb));
    }

    private void Give(CellCapacity size) => used -= size;

    private Task When(Dictionary<AttemptKey, TaskCompletionSource> watchers, List<AttemptKey> done, AttemptKey attempt, CancellationToken cancellation)
    {
        lock (gate)
        {
            if (done.Contains(attempt))
            {
                return Task.CompletedTask;
            }

            if (!watchers.TryGetValue(attempt, out var watcher))
            {
                watcher = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                watchers.Add(attempt, watcher);
            }

            return watcher.Task.WaitAsync(cancellation);
        }
    }

    private static void Tell(Dictionary<AttemptKey, TaskCompletionSource> watchers, AttemptKey attempt)
    {
        if (watchers.Remove(attempt, out var watcher))
        {
            watcher.SetResult();
        }
    }

    private AttemptKey[] Copy(List<AttemptKey> list)
    {
        lock (gate)
        {
            return [.. list];
        }
    }

    private sealed class HeldStart(AttemptKey attempt)
    {
        private readonly TaskCompletionSource<StartOutcome> outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public AttemptKey Attempt => attempt;

        public Task<StartOutcome> Outcome => outcome.Task;

        public void Release(Task<StartOutcome> started) => outcome.SetFromTask(started);

        public void Fail(EngineUnavailableException reason) => outcome.SetException(reason);
    }
}
