using System.Data.Common;
using Dapper;
using Granary.Core.Access;
using Granary.Core.Accounts;
using Granary.Grains.Ports;
using static Granary.Silo.Storage.Access.Statements;

namespace Granary.Silo.Storage.Access;

/// <summary>Accounts, clients and sessions in rows of their own.</summary>
internal sealed class AccountStore(Database database, TimeProvider clock) : IAccountStore
{
    private const string SelectAccount = """
        SELECT guid AS Guid, name AS Name, given_name AS GivenName, family_name AS FamilyName, email AS Email, authority AS Authority, password AS Password, tries AS Tries,
            locked_until AS LockedUntil, is_listed AS IsListed, created_at AS CreatedAt, updated_at AS UpdatedAt
        FROM granary_user
        """;

    private const string SelectClient = "SELECT id AS Id, name AS Name, authority AS Authority, secret AS Secret, created_at AS CreatedAt FROM granary_client";

    private const string SelectSession = "SELECT guid AS Guid, subject AS Subject, generation AS Generation, rotated_at AS RotatedAt, expires_at AS ExpiresAt FROM granary_session WHERE guid = @Guid";

    private long Now => ListingRow.Micros(clock.GetUtcNow());

    public async Task<Account?> Find(Guid guid, CancellationToken cancellation) =>
        (await database.One<AccountRow>($"{SelectAccount} WHERE guid = @Guid", new { Guid = Key(guid) }, cancellation))?.Account;

    public async Task<Account?> Find(string name, CancellationToken cancellation) =>
        (await database.One<AccountRow>($"{SelectAccount} WHERE name_key = @Name", new { Name = ListingRow.Fold(name) }, cancellation))?.Account;

    public async Task<IReadOnlyList<Account>> All(CancellationToken cancellation) =>
        [.. (await database.Many<AccountRow>($"{SelectAccount} ORDER BY created_at, guid", null, cancellation)).Select(row => row.Account)];

    public Task<bool> Add(Account account, string passwordHash, CancellationToken cancellation) => database.Changes(
        """
        INSERT INTO granary_user (guid, name, name_key, given_name, family_name, email, authority, password, tries, locked_until, is_listed, created_at, updated_at)
        VALUES (@Guid, @Name, @Folded, @GivenName, @FamilyName, @Email, @Authority, @Password, 0, NULL, @IsListed, @CreatedAt, @CreatedAt)
        ON CONFLICT DO NOTHING
        """,
        new
        {
            Guid = Key(account.Guid),
            account.Name,
            Folded = ListingRow.Fold(account.Name),
            account.GivenName,
            account.FamilyName,
            account.Email,
            Authority = account.Authority.ToString(),
            Password = passwordHash,
            account.IsListed,
            CreatedAt = ListingRow.Micros(account.CreatedAt),
        },
        cancellation);

    public Task<bool> SetAuthority(Guid guid, Authority authority, CancellationToken cancellation) =>
        database.Changes("UPDATE granary_user SET authority = @Authority, updated_at = @Now WHERE guid = @Guid", new { Guid = Key(guid), Authority = authority.ToString(), Now }, cancellation);

    public Task<bool> SetListed(Guid guid, bool isListed, CancellationToken cancellation) =>
        database.Changes("UPDATE granary_user SET is_listed = @IsListed, updated_at = @Now WHERE guid = @Guid", new { Guid = Key(guid), IsListed = isListed, Now }, cancellation);

    public Task<string?> PasswordHash(Guid guid, CancellationToken cancellation) =>
        database.One<string>("SELECT password FROM granary_user WHERE guid = @Guid", new { Guid = Key(guid) }, cancellation);

    public Task<bool> SetPassword(Guid guid, string passwordHash, CancellationToken cancellation) => database.Write(
        async (connection, transaction) =>
        {
            await connection.Run(transaction, "DELETE FROM granary_session WHERE subject = @Guid", new { Guid = Key(guid) }, cancellation);
            return await connection.Run(transaction, "UPDATE granary_user SET password = @Password, tries = 0, locked_until = NULL, updated_at = @Now WHERE guid = @Guid", new { Guid = Key(guid), Password = passwordHash, Now }, cancellation) > 0;
        },
        cancellation);

    public Task<bool> Remove(Guid guid, CancellationToken cancellation) => database.Write(
        async (connection, transaction) =>
        {
            await connection.Run(transaction, "DELETE FROM granary_session WHERE subject = @Guid", new { Guid = Key(guid) }, cancellation);
            await connection.Run(transaction, "DELETE FROM granary_role WHERE subject = @Guid", new { Guid = Key(guid) }, cancellation);
            return await connection.Run(transaction, "DELETE FROM granary_user WHERE guid = @Guid", new { Guid = Key(guid) }, cancellation) > 0;
        },
        cancellation);

    public Task<LoginTry?> BeginLogin(string name, LockoutPolicy policy, CancellationToken cancellation) => database.Write(
        async (connection, transaction) =>
        {
            var row = await Locked<AccountRow>(connection, transaction, $"{SelectAccount} WHERE name_key = @Name", new { Name = ListingRow.Fold(name) }, cancellation);
            if (row is null)
            {
                return null;
            }

            var next = Lockout.Count(row.Counted, policy, clock.GetUtcNow());
            if (next is not null)
            {
                await connection.Run(transaction, "UPDATE granary_user SET tries = @Count, locked_until = @LockedUntil WHERE guid = @Guid", new { row.Guid, next.Count, LockedUntil = Micros(next.LockedUntil) }, cancellation);
            }

            return new LoginTry(row.Account, row.Password, IsLocked: next is null);
        },
        cancellation);

    public Task<SessionState> EndLogin(Account account, SessionPolicy policy, CancellationToken cancellation) => database.Write(
        async (connection, transaction) =>
        {
            var session = SessionState.Begin(Guid.NewGuid(), Key(account.Guid), policy, clock.GetUtcNow());
            await connection.Run(transaction, "UPDATE granary_user SET tries = 0, locked_until = NULL WHERE guid = @Guid", new { Guid = Key(account.Guid) }, cancellation);
            // Logins come often enough that nobody else needs to sweep.
            await connection.Run(transaction, "DELETE FROM granary_session WHERE expires_at < @Now", new { Now }, cancellation);
            await connection.Run(
                transaction,
                "INSERT INTO granary_session (guid, subject, generation, rotated_at, expires_at) VALUES (@Guid, @Subject, @Generation, @RotatedAt, @ExpiresAt)",
                Values(session),
                cancellation);
            return session;
        },
        cancellation);

    public Task<(SessionOutcome Outcome, SessionState Session)?> Refresh(Guid session, int generation, SessionPolicy policy, CancellationToken cancellation) => database.Write<(SessionOutcome, SessionState)?>(
        async (connection, transaction) =>
        {
            if (await Locked<SessionRow>(connection, transaction, SelectSession, new { Guid = Key(session) }, cancellation) is not { } row)
            {
                return null;
            }

            var (outcome, next) = SessionRules.Refresh(row.State, generation, policy, clock.GetUtcNow());
            if (outcome is SessionOutcome.Refreshed)
            {
                await connection.Run(transaction, "UPDATE granary_session SET generation = @Generation, rotated_at = @RotatedAt, expires_at = @ExpiresAt WHERE guid = @Guid", Values(next), cancellation);
            }
            else if (outcome is SessionOutcome.Reused or SessionOutcome.Expired)
            {
                await connection.Run(transaction, "DELETE FROM granary_session WHERE guid = @Guid", new { Guid = Key(session) }, cancellation);
            }

            return (outcome, next);
        },
        cancellation);

    public async Task<TokenClient?> FindClient(string id, CancellationToken cancellation) =>
        (await database.One<ClientRow>($"{SelectClient} WHERE id = @Id", new { Id = id }, cancellation))?.Client;

    public async Task<IReadOnlyList<TokenClient>> Clients(CancellationToken cancellation) =>
        [.. (await database.Many<ClientRow>($"{SelectClient} ORDER BY id", null, cancellation)).Select(row => row.Client)];

    public Task<bool> AddClient(TokenClient client, CancellationToken cancellation) => database.Changes(
        "INSERT INTO granary_client (id, name, authority, secret, created_at) VALUES (@Id, @Name, @Authority, @Secret, @CreatedAt) ON CONFLICT DO NOTHING",
        new { client.Id, client.Name, Authority = client.Authority.ToString(), Secret = client.SecretHash, CreatedAt = ListingRow.Micros(client.CreatedAt) },
        cancellation);

    public Task<bool> RemoveClient(string id, CancellationToken cancellation) => database.Write(
        async (connection, transaction) =>
        {
            await connection.Run(transaction, "DELETE FROM granary_role WHERE subject = @Id", new { Id = id }, cancellation);
            return await connection.Run(transaction, "DELETE FROM granary_client WHERE id = @Id", new { Id = id }, cancellation) > 0;
        },
        cancellation);

    /// <summary>One question, because every request asks it: who that is, with a line for each role.</summary>
    public async Task<Caller?> Caller(string subject, bool isClient, CancellationToken cancellation)
    {
        var (table, key, name) = isClient ? ("granary_client", "id", "coalesce(who.name, who.id)") : ("granary_user", "guid", "who.name");
        var rows = await database.Many<CallerRow>(
            $"""
            SELECT {name} AS Name, who.authority AS Authority, role.kind AS Kind, role.organization AS Organization, role.space AS Space
            FROM {table} AS who LEFT JOIN granary_role AS role ON role.subject = who.{key} WHERE who.{key} = @Subject
            """,
            new { Subject = subject },
            cancellation);
        return rows is [var first, ..]
            ? new Caller(subject, first.Name, Enum.Parse<Authority>(first.Authority), [.. rows.Where(row => row.Kind is not null).Select(row => RoleRow.GrantOf(row.Kind!, row.Organization!, row.Space!))])
            : null;
    }

    /// <summary>Reads a row that nobody else changes until the transaction has ended.</summary>
    private Task<T?> Locked<T>(DbConnection connection, DbTransaction transaction, string sql, object parameters, CancellationToken cancellation)
        where T : class =>
        connection.QuerySingleOrDefaultAsync<T>(new CommandDefinition($"{sql}{database.Dialect.ForUpdate}", parameters, transaction, cancellationToken: cancellation));

    private static object Values(SessionState session) => new
    {
        Guid = Key(session.Id),
        session.Subject,
        session.Generation,
        RotatedAt = ListingRow.Micros(session.RotatedAt),
        ExpiresAt = ListingRow.Micros(session.ExpiresAt),
    };

    private static long? Micros(DateTimeOffset? at) => at is { } instant ? ListingRow.Micros(instant) : null;

    private sealed class AccountRow
    {
        public string Guid { get; init; } = "";

        public string Name { get; init; } = "";

        public string? GivenName { get; init; }

        public string? FamilyName { get; init; }

        public string? Email { get; init; }

        public string Authority { get; init; } = "";

        public string Password { get; init; } = "";

        public int Tries { get; init; }

        public long? LockedUntil { get; init; }

        public bool IsListed { get; init; }

        public long CreatedAt { get; init; }

        public long UpdatedAt { get; init; }

        public Account Account => new(
            System.Guid.Parse(Guid),
            Name,
            GivenName,
            FamilyName,
            Email,
            Enum.Parse<Authority>(Authority),
            IsListed,
            Instants.Of(CreatedAt),
            Instants.Of(UpdatedAt));

        public Tries Counted => new(Tries, LockedUntil is { } until ? Instants.Of(until) : null);
    }

    private sealed class CallerRow
    {
        public string Name { get; init; } = "";

        public string Authority { get; init; } = "";

        /// <summary>Of a role, as the two after it; null for one who has none.</summary>
        public string? Kind { get; init; }

        public string? Organization { get; init; }

        public string? Space { get; init; }
    }

    private sealed class ClientRow
    {
        public string Id { get; init; } = "";

        public string? Name { get; init; }

        public string Authority { get; init; } = "";

        public string Secret { get; init; } = "";

        public long CreatedAt { get; init; }

        public TokenClient Client => new(Id, Name, Enum.Parse<Authority>(Authority), Secret, Instants.Of(CreatedAt));
    }

    private sealed class SessionRow
    {
        public string Guid { get; init; } = "";

        public string Subject { get; init; } = "";

        public int Generation { get; init; }

        public long RotatedAt { get; init; }

        public long ExpiresAt { get; init; }

        public SessionState State => new(System.Guid.Parse(Guid), Subject, Generation, Instants.Of(RotatedAt), Instants.Of(ExpiresAt));
    }
}
