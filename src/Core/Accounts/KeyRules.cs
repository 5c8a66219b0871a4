using System.Collections.Immutable;

namespace Granary.Core.Accounts;

/// <param name="Lifetime">A key of this age gets a successor.</param>
/// <param name="KnownAfter">When every silo has read a new key, which does not sign before.</param>
/// <param name="TokensLiveFor">The longest life of what a key signs.</param>
public sealed record KeyPolicy(TimeSpan Lifetime, TimeSpan KnownAfter, TimeSpan TokensLiveFor);

/// <summary>Which of the keys of tokens signs, when the next one is made, and which are of no use any more.</summary>
public static class KeyRules
{
    /// <summary>The newest that all silos know; the oldest, while they know none.</summary>
    /// <param name="madeAt">When each key was made, oldest first; not empty.</param>
    public static int Signing(ImmutableArray<DateTimeOffset> madeAt, KeyPolicy policy, DateTimeOffset now)
    {
        var signing = 0;
        for (var index = 1; index < madeAt.Length; index++)
        {
            if (now >= madeAt[index] + policy.KnownAfter)
            {
                signing = index;
            }
        }

        return signing;
    }

    public static bool NeedsAnother(ImmutableArray<DateTimeOffset> madeAt, KeyPolicy policy, DateTimeOffset now) =>
        madeAt.IsEmpty || now >= madeAt[^1] + policy.Lifetime;

    /// <summary>How many of the oldest keys have signed nothing that can still be presented.</summary>
    public static int Outlived(ImmutableArray<DateTimeOffset> madeAt, KeyPolicy policy, DateTimeOffset now)
    {
        var count = 0;
        while (count + 1 < madeAt.Length && now >= madeAt[count + 1] + policy.KnownAfter + policy.TokensLiveFor)
        {
            count++;
        }

        return count;
    }
}
