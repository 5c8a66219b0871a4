using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Runtime;

namespace Granary.Runtime.Conformance;

/// <summary>A runtime with its engine, as the suites need it.</summary>
public interface IEngineUnderTest
{
    IContainerRuntime Runtime { get; }

    /// <summary>The specification of a container that behaves so on this engine.</summary>
    ContainerSpec Spec(CellId cell, AttemptKey attempt, Behaviour behaviour);

    /// <summary>Something without our labels takes the name of the attempt's container.</summary>
    Task TakeName(AttemptKey attempt);

    /// <summary>Whether what <see cref="TakeName"/> made still exists.</summary>
    Task<bool> IsNameTaken(AttemptKey attempt);

    /// <summary>Takes away what <see cref="TakeName"/> made.</summary>
    Task FreeName(AttemptKey attempt);
}

/// <summary>An engine that belongs to one test and can be killed.</summary>
public interface IMortalEngine : IEngineUnderTest, IAsyncDisposable
{
    /// <summary>Brings up an engine that nobody used before.</summary>
    Task Begin();

    /// <summary>Kills the engine's process; returns when it is gone.</summary>
    Task GoAway();

    /// <summary>Starts a new process on the same data; returns when it answers.</summary>
    Task ComeBack();
}
