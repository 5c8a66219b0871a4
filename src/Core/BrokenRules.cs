using System.Collections.Immutable;

namespace Granary.Core;

/// <summary>Collects what a decision breaks: the rules that do not hold, in words.</summary>
internal sealed class BrokenRules
{
    private readonly ImmutableArray<string>.Builder broken = ImmutableArray.CreateBuilder<string>();

    /// <summary>Empty when every rule holds.</summary>
    public ImmutableArray<string> All => broken.ToImmutable();

    public void Require(bool holds, string rule)
    {
        if (!holds)
        {
            broken.Add(rule);
        }
    }
}
