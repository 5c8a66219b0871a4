using System.Text;
using Granary.Core.Runtime;

namespace Granary.Grains.Ports;

/// <summary>Keeps the passwords of image registries: sealed wherever they are stored or sent between silos, open only for an engine's pull.</summary>
/// <param name="secret">Null where the operator gave none: then no password is kept.</param>
public sealed class PasswordSeal(byte[]? secret)
{
    private readonly SecretBox? box = secret is null ? null : new SecretBox(secret, "granary registry passwords"u8.ToArray());

    public bool CanSeal => box is not null;

    /// <summary>The login with its password sealed, for this image and user alone.</summary>
    public RegistryLogin Seal(string image, RegistryPassword login) =>
        new(login.User, Convert.ToBase64String((box ?? throw new InvalidOperationException("There is no secret to seal with.")).Seal(Encoding.UTF8.GetBytes(login.Password), Bound(image, login.User))));

    /// <summary>Null when this silo has another secret than the one that sealed it, or none.</summary>
    public RegistryPassword? Open(string image, RegistryLogin login) =>
        box?.Open(Convert.FromBase64String(login.SealedPassword), Bound(image, login.User)) is { } password ? new RegistryPassword(login.User, Encoding.UTF8.GetString(password)) : null;

    private static byte[] Bound(string image, string user) => Encoding.UTF8.GetBytes($"{image}\n{user}");
}
