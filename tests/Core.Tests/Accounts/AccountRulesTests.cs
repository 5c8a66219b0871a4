using Granary.Core.Accounts;
using Granary.Testing;

namespace Granary.Core.Tests.Accounts;

/// <summary>When accounts are locked, refresh tokens are taken, and keys sign.</summary>
public sealed class AccountRulesTests
{
    private static readonly DateTimeOffset Now = A.Start;
    private static readonly LockoutPolicy Lock = new(3, TimeSpan.FromMinutes(5));
    private static readonly SessionPolicy Session = new(TimeSpan.FromMinutes(1), TimeSpan.FromDays(30));
    private static readonly KeyPolicy Keys = new(TimeSpan.FromDays(90), TimeSpan.FromMinutes(2), TimeSpan.FromDays(30));

    [Fact]
    public void The_last_wrong_password_locks_and_time_unlocks()
    {
        var second = Lockout.Count(Lockout.Count(Tries.None, Lock, Now)!, Lock, Now)!;
        var third = Lockout.Count(second, Lock, Now)!;

        Assert.Equal(new Tries(2, null), second);
        Assert.Equal(new Tries(3, Now + Lock.LockedFor), third);
        Assert.Null(Lockout.Count(third, Lock, Now + Lock.LockedFor - TimeSpan.FromTicks(1)));
        Assert.Equal(new Tries(1, null), Lockout.Count(third, Lock, Now + Lock.LockedFor));
    }

    [Fact]
    public void One_wrong_password_may_be_enough() => Assert.NotNull(Lockout.Count(Tries.None, Lock with { TriesMax = 1 }, Now)!.LockedUntil);

    [Fact]
    public void A_refresh_token_is_taken_once_and_within_the_leeway_again()
    {
        var begun = SessionState.Begin(Guid.NewGuid(), "somebody", Session, Now);
        var later = Now + TimeSpan.FromHours(1);

        var (outcome, next) = SessionRules.Refresh(begun, 1, Session, later);

        Assert.Equal((SessionOutcome.Refreshed, 2, later + Session.Lifetime), (outcome, next.Generation, next.ExpiresAt));
        Assert.Equal((SessionOutcome.Repeated, next), SessionRules.Refresh(next, 1, Session, later + Session.Leeway));
        Assert.Equal(SessionOutcome.Reused, SessionRules.Refresh(next, 1, Session, later + Session.Leeway + TimeSpan.FromTicks(1)).Outcome);
        Assert.Equal(SessionOutcome.Reused, SessionRules.Refresh(next with { Generation = 3 }, 1, Session, later).Outcome);
        Assert.Equal(SessionOutcome.Reused, SessionRules.Refresh(next, 3, Session, later).Outcome);
        Assert.Equal(SessionOutcome.Expired, SessionRules.Refresh(next, 2, Session, next.ExpiresAt).Outcome);
    }

    [Fact]
    public void A_new_key_is_known_before_it_signs_and_an_old_one_goes_when_nothing_of_it_lives()
    {
        var second = Now + Keys.Lifetime;

        Assert.True(KeyRules.NeedsAnother([], Keys, Now));
        Assert.False(KeyRules.NeedsAnother([Now], Keys, second - TimeSpan.FromTicks(1)));
        Assert.True(KeyRules.NeedsAnother([Now], Keys, second));
        Assert.Equal(0, KeyRules.Signing([Now], Keys, Now));
        Assert.Equal(0, KeyRules.Signing([Now, second], Keys, second + Keys.KnownAfter - TimeSpan.FromTicks(1)));
        Assert.Equal(1, KeyRules.Signing([Now, second], Keys, second + Keys.KnownAfter));
        Assert.Equal(0, KeyRules.Outlived([Now, second], Keys, second + Keys.KnownAfter + Keys.TokensLiveFor - TimeSpan.FromTicks(1)));
        Assert.Equal(1, KeyRules.Outlived([Now, second], Keys, second + Keys.KnownAfter + Keys.TokensLiveFor));
        Assert.Equal(0, KeyRules.Outlived([Now], Keys, DateTimeOffset.MaxValue));
    }
}
