using System.Collections.Immutable;
using Granary.Core.Apps;

namespace Granary.Grains.Ports;

/// <summary>What operators give to the environments of all apps.</summary>
public interface IVariableGroups
{
    /// <param name="name">As in <see cref="VariableGroup"/>.</param>
    Task<VariableGroup> Get(string name, CancellationToken cancellation);

    /// <summary>Sets and removes (null) variables, unless that breaks a rule: then what it breaks is told, and nothing is changed.</summary>
    Task<(VariableGroup Group, ImmutableArray<string> Faults)> Change(string name, ImmutableSortedDictionary<string, string?> changes, CancellationToken cancellation);
}
