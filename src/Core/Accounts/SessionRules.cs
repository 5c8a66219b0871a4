namespace Granary.Core.Accounts;

/// <param name="Leeway">How long after a refresh the token before is taken as well: clients that refresh at once all get the answer.</param>
/// <param name="Lifetime">From the last refresh on.</param>
public sealed record SessionPolicy(TimeSpan Leeway, TimeSpan Lifetime);

/// <summary>One login and all that was refreshed from it. Each refresh token has the number of its generation.</summary>
/// <param name="Subject">A user's guid.</param>
/// <param name="Generation">Of the newest refresh token, from 1.</param>
public sealed record SessionState(Guid Id, string Subject, int Generation, DateTimeOffset RotatedAt, DateTimeOffset ExpiresAt)
{
    public static SessionState Begin(Guid id, string subject, SessionPolicy policy, DateTimeOffset now) => new(id, subject, 1, now, now + policy.Lifetime);
}

public enum SessionOutcome
{
    /// <summary>A new generation begins.</summary>
    Refreshed,

    /// <summary>The token before, within the leeway: the newest generation is given once more.</summary>
    Repeated,

    /// <summary>A token that was refreshed long ago: two have it, and one of them stole it. The session ends.</summary>
    Reused,

    /// <summary>It has run out.</summary>
    Expired,
}

/// <summary>Whether a refresh token is taken (RFC 9700, 4.14.2).</summary>
public static class SessionRules
{
    public static (SessionOutcome Outcome, SessionState Next) Refresh(SessionState session, int generation, SessionPolicy policy, DateTimeOffset now)
    {
        if (now >= session.ExpiresAt)
        {
            return (SessionOutcome.Expired, session);
        }

        if (generation == session.Generation)
        {
            return (SessionOutcome.Refreshed, session with { Generation = generation + 1, RotatedAt = now, ExpiresAt = now + policy.Lifetime });
        }

        return generation == session.Generation - 1 && now <= session.RotatedAt + policy.Leeway
            ? (SessionOutcome.Repeated, session)
            : (SessionOutcome.Reused, session);
    }
}
