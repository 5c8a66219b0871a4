using Granary.Core;
using Granary.Core.Cells;

namespace Granary.Grains.Contracts;

/// <summary>What was ordered of a cell, durably. Its key is <see cref="Keys.Drain"/>. The cell reads it each second and does what it says.</summary>
public interface IDrainGrain : IGrainWithStringKey
{
    Task<DrainState> Get();

    /// <summary>The cell takes nothing new; what runs may end within this time, and then it is moved. Repeated, the newer deadline counts.</summary>
    Task<Answer<DrainState>> Drain(TimeSpan deadline, string why);

    /// <summary>The same, said by a silo whose host ends; it lasts until another silo serves the cell.</summary>
    /// <param name="server">The silo, with its start.</param>
    Task<Answer<DrainState>> DrainForEnd(TimeSpan deadline, string server);

    /// <summary>The cell takes what comes again. What was not stopped yet stays.</summary>
    Task<Answer<DrainState>> Uncordon();

    /// <summary>The word of the cell; the answer is what it has to do.</summary>
    /// <param name="server">The silo that serves it, with its start.</param>
    /// <param name="attempts">How many attempts it holds.</param>
    /// <param name="isClosed">It took nothing any more when they were counted.</param>
    /// <param name="ends">Its host was told to end.</param>
    Task<DrainState> Hear(string server, int attempts, bool isClosed, bool ends);
}
