using System.Collections.Immutable;
using Granary.Core.Accounts;
using Granary.Grains;
using Granary.Grains.Ports;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Server;

namespace Granary.Api.Tokens;

/// <summary>
/// The keys of tokens, as this silo has last read them. Each silo makes the next key when it is due, and whoever writes its number first has made it; a new key is
/// read by all before it signs, and an old one stays until nothing that it signed can still be presented (<see cref="KeyRules"/>).
/// </summary>
internal sealed partial class KeyRing(ITokenKeyStore store, KeySeal seal, IOptions<TokenOptions> options, TimeProvider clock, ILogger<KeyRing> log)
    : BackgroundService, IConfigureOptions<OpenIddictServerOptions>, IOptionsChangeTokenSource<OpenIddictServerOptions>
{
    /// <summary>Tokens of unknown keys make nobody read the keys more often than this.</summary>
    private static readonly TimeSpan ReadAgainAfter = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim turn = new(1);
    private CancellationTokenSource changed = new();
    private volatile Ring ring = new([], 0);
    private long readAt;

    public string Name => Options.DefaultName;

    public IEnumerable<SecurityKey> VerificationKeys => ring.Keys.Select(key => key.Signing);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await Read(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    public IChangeToken GetChangeToken() => new CancellationChangeToken(Volatile.Read(ref changed).Token);

    /// <summary>The key that signs comes first, and then the others, by which older tokens are read.</summary>
    public void Configure(OpenIddictServerOptions options)
    {
        var (keys, signing) = ring;
        foreach (var key in keys.Skip(signing).Take(1).Concat(keys.Where((_, index) => index != signing)))
        {
            options.SigningCredentials.Add(new SigningCredentials(key.Signing, SecurityAlgorithms.RsaSha256));
            options.EncryptionCredentials.Add(new EncryptingCredentials(key.Encryption, SecurityAlgorithms.Aes256KW, SecurityAlgorithms.Aes256CbcHmacSha512));
        }
    }

    /// <summary>Reads the keys again for a token whose key is not known: another silo may have made one. Not every time.</summary>
    public async Task<bool> ReadAgain(CancellationToken cancellation)
    {
        if (clock.GetElapsedTime(Volatile.Read(ref readAt)) < ReadAgainAfter)
        {
            return false;
        }

        await Read(cancellation);
        return true;
    }

    /// <summary>Makes the next key now.</summary>
    /// <param name="revokes">Nothing that was signed before is taken any more, and the new key signs at once.</param>
    /// <param name="cancellation">Ends the wait for the database.</param>
    public async Task Rotate(bool revokes, CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            var newest = (await store.Read(cancellation)).Select(key => key.Number).DefaultIfEmpty().Max();
            await store.Add(seal.Seal(TokenKey.Make(newest + 1, clock.GetUtcNow())), cancellation);
            if (revokes)
            {
                await store.Remove(newest, cancellation);
            }
        }
        finally
        {
            turn.Release();
        }

        await Read(cancellation);
    }

    public override void Dispose()
    {
        turn.Dispose();
        changed.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.KeysReadEvery, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await Read(stoppingToken);
            }
            catch (Exception fault) when (Faults.Pass(fault))
            {
                LogWillRetry(log, fault.Message);
            }
        }
    }

    private async Task Read(CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            var kept = await store.Read(cancellation);
            if (KeyRules.NeedsAnother(MadeAt(kept), options.Value.Keys, clock.GetUtcNow()))
            {
                // If another silo was first, its key is as good.
                await store.Add(seal.Seal(TokenKey.Make((kept.Count == 0 ? 0 : kept[^1].Number) + 1, clock.GetUtcNow())), cancellation);
                kept = await store.Read(cancellation);
            }

            if (KeyRules.Outlived(MadeAt(kept), options.Value.Keys, clock.GetUtcNow()) is > 0 and var outlived)
            {
                await store.Remove(kept[outlived - 1].Number, cancellation);
                kept = [.. kept.Skip(outlived)];
            }

            Take(kept);
            Volatile.Write(ref readAt, clock.GetTimestamp());
        }
        finally
        {
            turn.Release();
        }
    }

    private void Take(IReadOnlyList<SealedKey> kept)
    {
        var signing = KeyRules.Signing(MadeAt(kept), options.Value.Keys, clock.GetUtcNow());
        var before = ring;
        if (signing == before.Signing && before.Keys.Select(key => (key.Number, key.CreatedAt)).SequenceEqual(kept.Select(key => (key.Number, key.CreatedAt))))
        {
            return;
        }

        ring = new Ring([.. kept.Select(seal.Open)], signing);
        // Whoever reads the old keys still may do so to the end: they are left to the collector.
        using var told = Interlocked.Exchange(ref changed, new CancellationTokenSource());
        told.Cancel();
    }

    private static ImmutableArray<DateTimeOffset> MadeAt(IReadOnlyList<SealedKey> keys) => [.. keys.Select(key => key.CreatedAt)];

    [LoggerMessage(LogLevel.Warning, "The keys of tokens could not be read ({Fault}); the next round tries again")]
    private static partial void LogWillRetry(ILogger logger, string fault);

    private sealed record Ring(ImmutableArray<TokenKey> Keys, int Signing);
}
