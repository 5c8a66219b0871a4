using Granary.Grains.Ports;

namespace Granary.Silo.Storage.Access;

/// <summary>The keys of tokens in rows of their own.</summary>
internal sealed class TokenKeyStore(Database database) : ITokenKeyStore
{
    public async Task<IReadOnlyList<SealedKey>> Read(CancellationToken cancellation) =>
        [.. (await database.Many<KeyRow>("SELECT number AS Number, sealed AS Sealed, created_at AS CreatedAt FROM granary_token_key ORDER BY number", null, cancellation)).Select(row => row.Key)];

    public Task<bool> Add(SealedKey key, CancellationToken cancellation) => database.Changes(
        "INSERT INTO granary_token_key (number, sealed, created_at) VALUES (@Number, @Sealed, @CreatedAt) ON CONFLICT DO NOTHING",
        new { key.Number, key.Sealed, CreatedAt = ListingRow.Micros(key.CreatedAt) },
        cancellation);

    public Task Remove(int upTo, CancellationToken cancellation) =>
        database.Changes("DELETE FROM granary_token_key WHERE number <= @UpTo", new { UpTo = upTo }, cancellation);

    private sealed class KeyRow
    {
        public int Number { get; init; }

        public byte[] Sealed { get; init; } = [];

        public long CreatedAt { get; init; }

        public SealedKey Key => new(Number, Sealed, Instants.Of(CreatedAt));
    }
}
