using System.Collections.Immutable;

namespace Granary.Core;

/// <summary>Collects what a decision breaks: the rules that do not hold, in words.</summary>
internal sealed class BrokenRules
{
    /// <summary>Empty when every rule holds.</summary>
    public ImmutableArray<string> All { get; private set; } = [];

    public void Require(bool holds, string rule)
    {
        if (!holds)
        {
            All = All.Add(rule);
        }
    }
}
