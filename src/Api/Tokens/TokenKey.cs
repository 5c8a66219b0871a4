using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using Granary.Grains.Ports;
using Microsoft.IdentityModel.Tokens;

namespace Granary.Api.Tokens;

/// <summary>One key of tokens: it signs all, and encrypts those for refreshing, which are no business of their holder.</summary>
internal sealed record TokenKey(int Number, RsaSecurityKey Signing, SymmetricSecurityKey Encryption, DateTimeOffset CreatedAt)
{
    public const int SigningBits = 2048;
    public const int EncryptionBytes = 32;

    public static TokenKey Make(int number, DateTimeOffset now) => Of(number, RSA.Create(SigningBits), RandomNumberGenerator.GetBytes(EncryptionBytes), now);

    /// <summary>The names of keys tell nothing of them and stay as they are.</summary>
    public static TokenKey Of(int number, RSA signing, byte[] encryption, DateTimeOffset createdAt)
    {
        var name = Convert.ToHexStringLower(SHA256.HashData(signing.ExportSubjectPublicKeyInfo())[..8]);
        return new TokenKey(
            number,
            new RsaSecurityKey(signing) { KeyId = $"key-{number.ToString(CultureInfo.InvariantCulture)}-{name}" },
            new SymmetricSecurityKey(encryption) { KeyId = $"key-{number.ToString(CultureInfo.InvariantCulture)}-{name}" },
            createdAt);
    }
}

/// <summary>Seals keys for the database with AES-GCM, under the secret that all silos of a cluster share; the number belongs to what is sealed.</summary>
internal sealed class KeySeal(byte[] secret)
{
    public const int SecretBytesMin = 32;

    private readonly SecretBox box = new(secret, "granary token keys"u8.ToArray());

    public SealedKey Seal(TokenKey open)
    {
        byte[] plain = [.. open.Encryption.Key, .. open.Signing.Rsa.ExportPkcs8PrivateKey()];
        var hidden = box.Seal(plain, Bound(open.Number));
        CryptographicOperations.ZeroMemory(plain);
        return new SealedKey(open.Number, hidden, open.CreatedAt);
    }

    /// <exception cref="InvalidOperationException">It was sealed with another secret, or changed.</exception>
    public TokenKey Open(SealedKey @sealed)
    {
        var plain = box.Open(@sealed.Sealed, Bound(@sealed.Number))
            ?? throw new InvalidOperationException("The keys of tokens in the database were sealed with another secret than that of Tokens:KeyFile: give this silo the file that the others have, or, if it is lost, delete the rows of granary_token_key; then everybody logs in anew.");

        var signing = RSA.Create();
        signing.ImportPkcs8PrivateKey(plain.AsSpan(TokenKey.EncryptionBytes), out _);
        return TokenKey.Of(@sealed.Number, signing, plain[..TokenKey.EncryptionBytes], @sealed.CreatedAt);
    }

    private static byte[] Bound(int number)
    {
        var bound = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bound, number);
        return bound;
    }
}
