using Granary.Core.Attempts;
using Granary.Core.Builds;
using Granary.Core.Cells;
using Granary.Core.Runtime;

namespace Granary.Testing;

/// <summary>One container of <see cref="FakeRuntime"/>. Guarded by the runtime's lock.</summary>
internal sealed class FakeContainer(ContainerSpec spec, FakeScript script)
{
    public ContainerSpec Spec => spec;

    /// <summary>The exit status of a process that SIGKILL ended.</summary>
    public const int Killed = 137;

    /// <summary>The exit status of a process that SIGTERM ended.</summary>
    public const int Terminated = 143;

    private ContainerReport report = new(spec.Attempt.ContainerName, spec.Cell, spec.Attempt, ContainerPhase.Created);
    private TaskCompletionSource<ContainerReport>? ended;
    private ITimer? pause;
    private ITimer? kill;
    private int nextStep;

    public ContainerReport Report => report;

    public AttemptKey Attempt => spec.Attempt;

    public CellCapacity Size => new(spec.Limits.MemoryMb, spec.Limits.DiskMb);

    public bool IsRunning => report.Phase == ContainerPhase.Running;

    public bool HasEnded => report.Phase == ContainerPhase.Exited;

    public bool CannotStart => script.CommandMissing;

    public FakeOutput Output { get; } = new();

    /// <summary>The texts of the files that it left, by path.</summary>
    public SortedDictionary<string, string> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>Folders that are there without anybody making them.</summary>
    public IEnumerable<string> Folders => spec.Staging is null ? [] : [StagingFolders.App, .. StagingFolders.Writable];

    /// <summary>The exit status when SIGTERM comes; null while it is ignored.</summary>
    public int? CodeOnTerm { get; set; } = Terminated;

    public FakeStep? NextStep() => nextStep < script.Steps.Length ? script.Steps[nextStep++] : null;

    public Task<ContainerReport> Ended()
    {
        if (HasEnded)
        {
            return Task.FromResult(report);
        }

        return (ended ??= new TaskCompletionSource<ContainerReport>(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
    }

    public void Start(DateTimeOffset at) => report = report with { Phase = ContainerPhase.Running, StartedAt = at };

    public void PauseWith(ITimer timer) => pause = timer;

    public void KillWith(ITimer timer)
    {
        kill?.Dispose();
        kill = timer;
    }

    public void End(int code, bool outOfMemory, DateTimeOffset at)
    {
        pause?.Dispose();
        kill?.Dispose();
        report = report with { Phase = ContainerPhase.Exited, ExitCode = code, OutOfMemory = outOfMemory, FinishedAt = at };
        ended?.SetResult(report);
        ended = null;
    }

    /// <summary>The engine is away: who waits learns it. The process itself is not touched.</summary>
    public void LeaveAlone(EngineUnavailableException reason, bool engineDied)
    {
        if (engineDied)
        {
            kill?.Dispose(); // A kill that the engine had in mind dies with it.
        }

        ended?.SetException(reason);
        ended = null;
        Output.Ring();
    }
}
