using Granary.Core.Attempts;
using Granary.Core.Cells;

namespace Granary.Core.Runtime;

/// <summary>The engine cannot be reached or did not answer. Nothing is known about what was asked: ask again, or find out.</summary>
public sealed class EngineUnavailableException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The engine as a place: what it is and what it has.</summary>
/// <param name="Name">The engine's host name, for people.</param>
/// <param name="Version">For example "Docker 20.10.24".</param>
/// <param name="Marker">
/// Our own identity mark, kept in the engine's data; null if there is none, as on a new or wiped engine. The engine's own id is no
/// identity: all engines of a machine may share it.
/// </param>
public sealed record EngineView(string Name, string Version, string? Marker, int MemoryMb, int DiskMb, int Cpus);

/// <summary>Proof that the engine answered on a connection opened for this question.</summary>
/// <param name="Process">Identifies the engine process (boot, pid, start time) where it can be seen; else null.</param>
/// <param name="StartedAt">When that process started; null where it cannot be seen.</param>
/// <param name="OpenedAt">When the connection was opened: an engine that stops takes no new one.</param>
/// <param name="AnsweredAt">When the answer was there: an engine that starts takes connections long before it answers.</param>
public sealed record EngineAnswer(string? Process, DateTimeOffset? StartedAt, DateTimeOffset OpenedAt, DateTimeOffset AnsweredAt);

/// <summary>The answer to a create call.</summary>
public abstract record CreateOutcome
{
    /// <summary>A new container stands ready, not started.</summary>
    public sealed record Created : CreateOutcome;

    /// <summary>The attempt's container existed already: its labels name this cell, work and attempt.</summary>
    public sealed record Found(ContainerReport Report) : CreateOutcome;

    /// <summary>The name is taken by something that is not this attempt's container; it was not touched.</summary>
    public sealed record NameTaken(string By) : CreateOutcome;

    /// <summary>No container can be made from this specification on any cell: the image is missing, the droplet cannot be read, a limit cannot be enforced.</summary>
    public sealed record Impossible(string Reason) : CreateOutcome;
}

/// <summary>The answer to a start call.</summary>
public abstract record StartOutcome
{
    /// <summary>The process runs, or ran and has ended already.</summary>
    public sealed record Started : StartOutcome;

    /// <summary>The engine could not start the command (for example: it does not exist). The container never ran.</summary>
    public sealed record Impossible(string Reason) : StartOutcome;
}

/// <summary>
/// A container engine as Granary sees it. One implementation for Docker, one in memory for tests; both pass one conformance suite.
/// Duties of the implementation:
/// 1. <see cref="Start"/> starts a container at most once in its life; it never starts one that has run.
/// 2. It touches only containers, volumes, networks and files that carry our labels or lie in our folder.
/// 3. When the engine cannot be reached, every method throws <see cref="EngineUnavailableException"/> in bounded time; it never invents an answer.
/// 4. Output is never lost while somebody reads: <see cref="OpenOutput"/> before <see cref="Start"/> sees the first byte.
/// All methods may be called again after any failure.
/// </summary>
public interface IContainerRuntime
{
    /// <summary>Describes the engine.</summary>
    Task<EngineView> Describe(CancellationToken cancellation);

    /// <summary>Writes our identity mark into the engine's data, replacing an older one.</summary>
    Task Mark(string marker, CancellationToken cancellation);

    /// <summary>Asks for a sign of life on a fresh connection.</summary>
    Task<EngineAnswer> Probe(CancellationToken cancellation);

    /// <summary>Whether the engine process named by an earlier answer is provably absent now. False when it lives or cannot be seen.</summary>
    bool IsGone(string process);

    /// <summary>Makes the attempt's container, or finds it if it is there already. Fetches image and droplet when the engine lacks them.</summary>
    Task<CreateOutcome> Create(ContainerSpec spec, CancellationToken cancellation);

    /// <summary>Starts a created container. Idempotent for a running or ended one.</summary>
    Task<StartOutcome> Start(AttemptKey attempt, CancellationToken cancellation);

    /// <summary>The container of an attempt, or null if the engine has none.</summary>
    Task<ContainerReport?> Find(AttemptKey attempt, CancellationToken cancellation);

    /// <summary>All containers that carry the label of a cell.</summary>
    Task<IReadOnlyList<ContainerReport>> List(CellId cell, CancellationToken cancellation);

    /// <summary>
    /// Attaches to the output; when the call returns, nothing written from then on is missed. <paramref name="from"/> says how much was
    /// taken before: lines up to there are skipped, without gap or repeat as long as the engine's own copy reaches back to them. If it
    /// does not, the first line says so (<see cref="OutputLine.IsAfterGap"/>). The sequence ends when the container has ended and all
    /// output was read.
    /// </summary>
    Task<IAsyncEnumerable<OutputLine>> OpenOutput(AttemptKey attempt, OutputMarks from, CancellationToken cancellation);

    /// <summary>Completes when the process has ended, with the final report; throws <see cref="EngineUnavailableException"/> when the engine goes away meanwhile.</summary>
    Task<ContainerReport> Wait(AttemptKey attempt, CancellationToken cancellation);

    /// <summary>
    /// Opens a file or folder of the attempt's container, running or ended, as the pieces of a tar whose names begin with its own; null if there is none. Reading throws
    /// <see cref="EngineUnavailableException"/> when the engine goes away meanwhile, or stays silent for long.
    /// </summary>
    Task<IAsyncEnumerable<ReadOnlyMemory<byte>>?> OpenFiles(AttemptKey attempt, string path, CancellationToken cancellation);

    /// <summary>What the attempt's container uses; null when none runs. Where the engine's disk cannot be seen from here, none of it is told.</summary>
    Task<ContainerUsage?> Usage(AttemptKey attempt, CancellationToken cancellation);

    /// <summary>SIGTERM, after <paramref name="grace"/> SIGKILL; returns when the process is gone. Idempotent; no container is fine too.</summary>
    Task Stop(AttemptKey attempt, TimeSpan grace, CancellationToken cancellation);

    /// <summary>Removes the container, running or not, with its volumes and its scratch space. Idempotent.</summary>
    Task Remove(AttemptKey attempt, CancellationToken cancellation);
}
