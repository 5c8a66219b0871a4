using System.Collections.Immutable;
using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Runtime;
using Granary.Grains.Ports;
using Orleans.Storage;

namespace Granary.Grains.Tests.Worlds;

/// <summary>Grain storage as one process reaches it. Writes are called "write task", "write app" and so on.</summary>
internal sealed class MortalStorage(IGrainStorage storage, Fate fate) : IGrainStorage
{
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        fate.Database($"read {stateName}", () => storage.ReadStateAsync(stateName, grainId, grainState));

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        fate.Database($"write {stateName}", () => storage.WriteStateAsync(stateName, grainId, grainState));

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        fate.Database($"clear {stateName}", () => storage.ClearStateAsync(stateName, grainId, grainState));
}

/// <summary>The rows of tasks and instances as one process reaches them.</summary>
internal sealed class MortalRows(IWorkRows rows, Fate fate) : IWorkRows
{
    public Task<WorkState?> Find(Guid work, CancellationToken cancellation) => fate.Database("row", () => rows.Find(work, cancellation));

    public Task<IReadOnlyList<WorkState>> Pending(CancellationToken cancellation) => fate.Database("pending", () => rows.Pending(cancellation));

    public Task<IReadOnlyList<AttemptRow>> OnCells(IReadOnlyCollection<CellId> cells, CancellationToken cancellation) => fate.Database("on cells", () => rows.OnCells(cells, cancellation));

    public Task<IReadOnlyList<AttemptRow>> OnCell(CellId cell, CancellationToken cancellation) => fate.Database("on cell", () => rows.OnCell(cell, cancellation));

    public Task<IReadOnlyList<Guid>> Due(DateTimeOffset now, int countMax, CancellationToken cancellation) => fate.Database("due", () => rows.Due(now, countMax, cancellation));

    public Task<IReadOnlyList<Guid>> Canceling(CancellationToken cancellation) => fate.Database("canceling", () => rows.Canceling(cancellation));

    public Task<AttemptRow?> Current(Guid work, CancellationToken cancellation) => fate.Database("current", () => rows.Current(work, cancellation));

    public Task<IReadOnlyList<HeldCell>> Instances(CancellationToken cancellation) => fate.Database("instances", () => rows.Instances(cancellation));
}

/// <summary>The log store as one process reaches it.</summary>
internal sealed class MortalLogs(ILogStore logs, Fate fate) : ILogStore
{
    public Task<bool> Append(AppId app, AttemptKey attempt, IReadOnlyList<NewLogLine> lines, LogCursor before, LogCursor after, CancellationToken cancellation) =>
        fate.Database("log", () => logs.Append(app, attempt, lines, before, after, cancellation));

    public Task<LogCursor> Cursor(AttemptKey attempt, CancellationToken cancellation) => fate.Database("cursor", () => logs.Cursor(attempt, cancellation));

    public Task<ImmutableArray<LogLine>> Read(LogQuery query, CancellationToken cancellation) => fate.Database("read log", () => logs.Read(query, cancellation));

    public Task<long> Trim(DateTimeOffset now, TimeSpan ageMax, long bytesMax, CancellationToken cancellation) => fate.Database("trim", () => logs.Trim(now, ageMax, bytesMax, cancellation));
}

/// <summary>The cell's journal as one process reaches it. Notes are called "note Starting" and so on.</summary>
internal sealed class MortalJournal(ICellJournal journal, Fate fate) : ICellJournal
{
    public Task<IReadOnlyList<JournalEntry>> Entries(CancellationToken cancellation) => fate.Call("entries", () => journal.Entries(cancellation));

    public Task Write(JournalEntry entry, CancellationToken cancellation) => fate.Call($"note {entry.Note}", () => journal.Write(entry, cancellation));

    public Task Forget(AttemptKey attempt, CancellationToken cancellation) => fate.Call("forget", () => journal.Forget(attempt, cancellation));

    public Task<EngineRecord> EngineRecord(CancellationToken cancellation) => fate.Call("engine record", () => journal.EngineRecord(cancellation));

    public Task Write(EngineRecord record, CancellationToken cancellation) => fate.Call("note engine", () => journal.Write(record, cancellation));

    public Task<string?> Marker(CancellationToken cancellation) => fate.Call("marker", () => journal.Marker(cancellation));

    public Task WriteMarker(string marker, CancellationToken cancellation) => fate.Call("write marker", () => journal.WriteMarker(marker, cancellation));
}

/// <summary>The engine as one process reaches it. Calls have the names of their methods.</summary>
internal sealed class MortalRuntime(IContainerRuntime runtime, Fate fate) : IContainerRuntime
{
    public Task<EngineView> Describe(CancellationToken cancellation) => fate.Call(nameof(Describe), () => runtime.Describe(cancellation));

    public Task Mark(string marker, CancellationToken cancellation) => fate.Call(nameof(Mark), () => runtime.Mark(marker, cancellation));

    public Task<EngineAnswer> Probe(CancellationToken cancellation) => fate.Call(nameof(Probe), () => runtime.Probe(cancellation));

    public bool IsGone(string process) => runtime.IsGone(process);

    public Task<CreateOutcome> Create(ContainerSpec spec, CancellationToken cancellation) => fate.Call(nameof(Create), () => runtime.Create(spec, cancellation));

    public Task<StartOutcome> Start(AttemptKey attempt, CancellationToken cancellation) => fate.Call(nameof(Start), () => runtime.Start(attempt, cancellation));

    public Task<ContainerReport?> Find(AttemptKey attempt, CancellationToken cancellation) => fate.Call(nameof(Find), () => runtime.Find(attempt, cancellation));

    public Task<IReadOnlyList<ContainerReport>> List(CellId cell, CancellationToken cancellation) => fate.Call(nameof(List), () => runtime.List(cell, cancellation));

    public Task<IAsyncEnumerable<OutputLine>> OpenOutput(AttemptKey attempt, OutputMarks from, CancellationToken cancellation) =>
        fate.Call(nameof(OpenOutput), () => runtime.OpenOutput(attempt, from, cancellation));

    public Task<IAsyncEnumerable<ReadOnlyMemory<byte>>?> OpenFiles(AttemptKey attempt, string path, CancellationToken cancellation) =>
        fate.Call(nameof(OpenFiles), () => runtime.OpenFiles(attempt, path, cancellation));

    public Task<ContainerReport> Wait(AttemptKey attempt, CancellationToken cancellation) => fate.Call(nameof(Wait), () => runtime.Wait(attempt, cancellation));

    public Task<ContainerUsage?> Usage(AttemptKey attempt, CancellationToken cancellation) => fate.Call(nameof(Usage), () => runtime.Usage(attempt, cancellation));

    public Task Stop(AttemptKey attempt, TimeSpan grace, CancellationToken cancellation) => fate.Call(nameof(Stop), () => runtime.Stop(attempt, grace, cancellation));

    public Task Remove(AttemptKey attempt, CancellationToken cancellation) => fate.Call(nameof(Remove), () => runtime.Remove(attempt, cancellation));
}
