using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Runtime;

namespace Granary.Runtime.Conformance;

/// <summary>The runtime under test; a call that does not end in time says which it was.</summary>
internal sealed class PatientRuntime(IContainerRuntime runtime) : IContainerRuntime
{
    public Task<EngineView> Describe(CancellationToken cancellation) => Patience.Await(runtime.Describe(cancellation), "describe");

    public Task Mark(string marker, CancellationToken cancellation) => Patience.Await(runtime.Mark(marker, cancellation), "mark");

    public Task<EngineAnswer> Probe(CancellationToken cancellation) => Patience.Await(runtime.Probe(cancellation), "probe");

    public bool IsGone(string process) => runtime.IsGone(process);

    public Task<CreateOutcome> Create(ContainerSpec spec, CancellationToken cancellation) => Patience.Await(runtime.Create(spec, cancellation), "create");

    public Task<StartOutcome> Start(AttemptKey attempt, CancellationToken cancellation) => Patience.Await(runtime.Start(attempt, cancellation), "start");

    public Task<ContainerReport?> Find(AttemptKey attempt, CancellationToken cancellation) => Patience.Await(runtime.Find(attempt, cancellation), "find");

    public Task<IReadOnlyList<ContainerReport>> List(CellId cell, CancellationToken cancellation) => Patience.Await(runtime.List(cell, cancellation), "list");

    public Task<IAsyncEnumerable<OutputLine>> OpenOutput(AttemptKey attempt, OutputMarks from, CancellationToken cancellation) =>
        Patience.Await(runtime.OpenOutput(attempt, from, cancellation), "open the output");

    public Task<IAsyncEnumerable<ReadOnlyMemory<byte>>?> OpenFiles(AttemptKey attempt, string path, CancellationToken cancellation) =>
        Patience.Await(runtime.OpenFiles(attempt, path, cancellation), "open files");

    public Task<ContainerReport> Wait(AttemptKey attempt, CancellationToken cancellation) => Patience.Await(runtime.Wait(attempt, cancellation), "wait");

    public Task<ContainerUsage?> Usage(AttemptKey attempt, CancellationToken cancellation) => Patience.Await(runtime.Usage(attempt, cancellation), "measure");

    public Task Stop(AttemptKey attempt, TimeSpan grace, CancellationToken cancellation) => Patience.Await(runtime.Stop(attempt, grace, cancellation), "stop");

    public Task Remove(AttemptKey attempt, CancellationToken cancellation) => Patience.Await(runtime.Remove(attempt, cancellation), "remove");
}
