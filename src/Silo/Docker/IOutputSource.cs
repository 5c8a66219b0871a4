using Granary.Core.Runtime;

namespace Granary.Silo.Docker;

/// <summary>A container's output from its first byte, as one connection to the engine delivers it.</summary>
internal interface IOutputSource : IDisposable
{
    /// <summary>The next line; null when the connection has no more, which does not prove that the container has ended.</summary>
    ValueTask<OutputLine?> Next(CancellationToken cancellation);

    /// <summary>What no line end followed. Meaningful only once the container is known to have ended.</summary>
    IEnumerable<OutputLine> Rest();
}
