using System.Security.Cryptography;

namespace Granary.Grains.Ports;

/// <summary>Seals bytes for the database with AES-GCM, under the secret that all silos of a cluster share.</summary>
/// <param name="secret">Of 32 bytes at least.</param>
/// <param name="purpose">What is sealed for one purpose is not opened for another.</param>
public sealed class SecretBox(byte[] secret, byte[] purpose)
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    private readonly byte[] key = HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, 32, info: purpose);

    /// <param name="plain">What is to be hidden.</param>
    /// <param name="bound">What it belongs to, and is opened with alone.</param>
    public byte[] Seal(byte[] plain, byte[] bound)
    {
        var nonce = RandomNumberGenerator.GetBytes(NonceBytes);
        var (hidden, tag) = (new byte[plain.Length], new byte[TagBytes]);
        using var aes = new AesGcm(key, TagBytes);
        aes.Encrypt(nonce, plain, hidden, tag, bound);
        return [.. nonce, .. tag, .. hidden];
    }

    /// <summary>Null when it was sealed with another secret, or changed.</summary>
    public byte[]? Open(byte[] @sealed, byte[] bound)
    {
        if (@sealed.Length < NonceBytes + TagBytes)
        {
            return null;
        }

        var plain = new byte[@sealed.Length - NonceBytes - TagBytes];
        try
        {
            using var aes = new AesGcm(key, TagBytes);
            aes.Decrypt(@sealed.AsSpan(0, NonceBytes), @sealed.AsSpan(NonceBytes + TagBytes), @sealed.AsSpan(NonceBytes, TagBytes), plain, bound);
            return plain;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
