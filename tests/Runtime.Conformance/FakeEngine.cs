using System.Collections.Immutable;
using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Runtime;
using Granary.Testing;

namespace Granary.Runtime.Conformance;

/// <summary>The engine in memory under test.</summary>
internal sealed class FakeEngine : IMortalEngine
{
    private readonly FakeRuntime runtime = new(TimeProvider.System);

    public IContainerRuntime Runtime => runtime;

    public ContainerSpec Spec(CellId cell, AttemptKey attempt, Behaviour behaviour) => new(
        cell,
        attempt,
        new ContainerSource("stack", null),
        [Script(behaviour)],
        User: null,
        WorkingDirectory: "/",
        ImmutableSortedDictionary<string, string>.Empty,
        new ContainerLimits(MemoryMb: 64, DiskMb: 64, ContainerLimits.CpuSharesFor(64), ContainerLimits.DefaultPids),
        ContainerNetwork.None,
        StopGrace: TimeSpan.FromSeconds(1));

    public Task TakeName(AttemptKey attempt)
    {
        runtime.TakeName(attempt, "somebody else's container");
        return Task.CompletedTask;
    }

    public Task<bool> IsNameTaken(AttemptKey attempt) => Task.FromResult(runtime.IsNameTaken(attempt));

    public Task FreeName(AttemptKey attempt)
    {
        runtime.FreeName(attempt);
        return Task.CompletedTask;
    }

    public Task Begin() => Task.CompletedTask;

    public Task GoAway()
    {
        runtime.GoAway();
        return Task.CompletedTask;
    }

    public Task ComeBack()
    {
        runtime.ComeBack();
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static string Script(Behaviour behaviour) => behaviour switch
    {
        Behaviour.Exits exits => $"exit {exits.Code}",
        Behaviour.Prints prints => string.Join(';', [.. prints.Out.Select(line => $"print {line}"), .. prints.Error.Select(line => $"printerr {line}")]),
        Behaviour.PrintsAlike prints => string.Join(';', Enumerable.Repeat("print the same", prints.Lines)),
        Behaviour.PrintsSlowly prints => string.Join(';', Enumerable.Range(1, prints.Lines).Select(number => $"print out {number}; run 5 ms").Prepend($"print {Behaviour.Ready}")),
        Behaviour.PrintsLong prints => $"print-long {prints.Length}",
        Behaviour.PrintsWithoutLineEnd prints => $"print {prints.Line}; print-rest {prints.Rest}",
        Behaviour.Leaves leaves => $"leave {Behaviour.Leaves.Folder}/left.txt {leaves.Line}",
        Behaviour.Waits or Behaviour.Works => $"print {Behaviour.Ready}; wait",
        Behaviour.WaitsIgnoringTerm => $"print {Behaviour.Ready}; wait ignoring TERM",
        Behaviour.WaitsThenExits waits => $"print {Behaviour.Ready}; wait then exit {waits.CodeOnTerm} on TERM",
        Behaviour.EatsMemory => "oom",
        Behaviour.HasNoCommand => "missing command",
        Behaviour.HasNoImage => "missing image",
        _ => throw new ArgumentOutOfRangeException(nameof(behaviour), behaviour, "no script"),
    };
}
