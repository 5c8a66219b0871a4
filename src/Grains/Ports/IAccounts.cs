using Granary.Core.Access;
using Granary.Core.Accounts;

namespace Granary.Grains.Ports;

/// <summary>A person with a password.</summary>
/// <param name="IsListed">Whether it is a user to Cloud Foundry's API, and not only to the token server.</param>
public sealed record Account(
    Guid Guid,
    string Name,
    string? GivenName,
    string? FamilyName,
    string? Email,
    Authority Authority,
    bool IsListed,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt);

/// <summary>An account whose password is about to be compared.</summary>
/// <param name="IsLocked">Then it must not be compared.</param>
public sealed record LoginTry(Account Account, string PasswordHash, bool IsLocked);

/// <summary>A program that gets tokens for itself.</summary>
public sealed record TokenClient(string Id, string? Name, Authority Authority, string SecretHash, DateTimeOffset CreatedAt);

/// <summary>A key of tokens as it is kept: sealed, so that a copy of the database signs nothing.</summary>
/// <param name="Number">From 1, rising; never used twice while an older one is there.</param>
public sealed record SealedKey(int Number, byte[] Sealed, DateTimeOffset CreatedAt);

/// <summary>Accounts, clients and sessions. Names are told apart without regard to case.</summary>
public interface IAccountStore
{
    Task<Account?> Find(Guid guid, CancellationToken cancellation);

    Task<Account?> Find(string name, CancellationToken cancellation);

    Task<IReadOnlyList<Account>> All(CancellationToken cancellation);

    /// <summary>False when the name is taken.</summary>
    Task<bool> Add(Account account, string passwordHash, CancellationToken cancellation);

    /// <summary>False when there is none.</summary>
    Task<bool> SetAuthority(Guid guid, Authority authority, CancellationToken cancellation);

    /// <summary>False when there is none.</summary>
    Task<bool> SetListed(Guid guid, bool isListed, CancellationToken cancellation);

    /// <summary>Null when there is none.</summary>
    Task<string?> PasswordHash(Guid guid, CancellationToken cancellation);

    /// <summary>Ends its sessions and unlocks it. False when there is none.</summary>
    Task<bool> SetPassword(Guid guid, string passwordHash, CancellationToken cancellation);

    /// <summary>With its roles and sessions. False when there is none.</summary>
    Task<bool> Remove(Guid guid, CancellationToken cancellation);

    /// <summary>Counts a try, durably, before its password is looked at. Null when there is no such account.</summary>
    Task<LoginTry?> BeginLogin(string name, LockoutPolicy policy, CancellationToken cancellation);

    /// <summary>The password was right: the tries are forgotten, and a session begins.</summary>
    Task<SessionState> EndLogin(Account account, SessionPolicy policy, CancellationToken cancellation);

    /// <summary>Null when there is no such session; then nothing was changed.</summary>
    Task<(SessionOutcome Outcome, SessionState Session)?> Refresh(Guid session, int generation, SessionPolicy policy, CancellationToken cancellation);

    Task<TokenClient?> FindClient(string id, CancellationToken cancellation);

    Task<IReadOnlyList<TokenClient>> Clients(CancellationToken cancellation);

    /// <summary>False when the id is taken.</summary>
    Task<bool> AddClient(TokenClient client, CancellationToken cancellation);

    /// <summary>With its roles. False when there is none.</summary>
    Task<bool> RemoveClient(string id, CancellationToken cancellation);

    /// <summary>Who this user, or this client, is now; null when there is none.</summary>
    Task<Caller?> Caller(string subject, bool isClient, CancellationToken cancellation);
}

/// <summary>The keys of tokens.</summary>
public interface ITokenKeyStore
{
    /// <summary>By number.</summary>
    Task<IReadOnlyList<SealedKey>> Read(CancellationToken cancellation);

    /// <summary>False when another silo has written this number.</summary>
    Task<bool> Add(SealedKey key, CancellationToken cancellation);

    /// <summary>Removes the keys up to a number.</summary>
    Task Remove(int upTo, CancellationToken cancellation);
}
