namespace Granary.Core.Accounts;

/// <param name="TriesMax">Wrong passwords in a row that lock an account.</param>
public sealed record LockoutPolicy(int TriesMax, TimeSpan LockedFor);

/// <summary>Passwords given for an account since the last right one.</summary>
/// <param name="LockedUntil">Null while it is not locked.</param>
public sealed record Tries(int Count, DateTimeOffset? LockedUntil)
{
    public static readonly Tries None = new(0, null);
}

/// <summary>When an account is locked: against guessing, one account at a time.</summary>
public static class Lockout
{
    /// <summary>Counts a try before it is looked at, so that guesses made at once are counted too. The right password begins anew with <see cref="Tries.None"/>.</summary>
    /// <returns>What is to be kept; null when the account is locked, and the password must not be looked at.</returns>
    public static Tries? Count(Tries tries, LockoutPolicy policy, DateTimeOffset now)
    {
        if (tries.LockedUntil > now)
        {
            return null;
        }

        var count = tries.LockedUntil is null ? tries.Count + 1 : 1;
        return new Tries(count, count >= policy.TriesMax ? now + policy.LockedFor : null);
    }
}
