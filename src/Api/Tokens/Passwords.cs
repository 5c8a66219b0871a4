using System.Globalization;
using System.Security.Cryptography;
using System.Threading.RateLimiting;
using Granary.Api.Errors;
using Microsoft.Extensions.Options;

namespace Granary.Api.Tokens;

/// <summary>Hashes and compares passwords, a few at once: a flood of logins must not take the cores from everything else.</summary>
internal sealed class Passwords(IOptions<TokenOptions> options) : IDisposable
{
    private const string Form = "pbkdf2-sha512";
    private const int SaltBytes = 16;
    private const int HashBytes = 32;

    private readonly ConcurrencyLimiter turns = new(new ConcurrencyLimiterOptions
    {
        PermitLimit = options.Value.HashesAtOnce,
        QueueLimit = options.Value.HashesWaitingMax,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    /// <summary>What names without an account are compared with, so that they take as long.</summary>
    private readonly string nobody = Text(options.Value.HashRounds, new byte[SaltBytes], new byte[HashBytes]);

    public Task<string> Hash(string password, CancellationToken cancellation)
    {
        var (rounds, salt) = (options.Value.HashRounds, RandomNumberGenerator.GetBytes(SaltBytes));
        return InTurn(() => Text(rounds, salt, Derive(password, salt, rounds)), cancellation);
    }

    /// <param name="password">As it was given.</param>
    /// <param name="hash">Null when there is nothing to compare with; then it is wrong.</param>
    /// <param name="cancellation">Ends the wait for a turn.</param>
    public Task<bool> AreEqual(string password, string? hash, CancellationToken cancellation)
    {
        if ((hash ?? nobody).Split('$') is not [Form, var rounds, var salt, var expected])
        {
            throw new InvalidOperationException("A stored password is of no form that this version knows.");
        }

        return InTurn(
            () => CryptographicOperations.FixedTimeEquals(Derive(password, Convert.FromBase64String(salt), int.Parse(rounds, CultureInfo.InvariantCulture)), Convert.FromBase64String(expected)) && hash is not null,
            cancellation);
    }

    public void Dispose() => turns.Dispose();

    private async Task<T> InTurn<T>(Func<T> work, CancellationToken cancellation)
    {
        using var turn = await turns.AcquireAsync(1, cancellation);
        return turn.IsAcquired ? await Task.Run(work, cancellation) : throw new CfException(CfError.TooManyRequests("Too many passwords at once; try again."));
    }

    private static byte[] Derive(string password, byte[] salt, int rounds) => Rfc2898DeriveBytes.Pbkdf2(password, salt, rounds, HashAlgorithmName.SHA512, HashBytes);

    private static string Text(int rounds, byte[] salt, byte[] hash) =>
        string.Create(CultureInfo.InvariantCulture, $"{Form}${rounds}${Convert.ToBase64String(salt)}${Convert.ToBase64String(hash)}");
}
