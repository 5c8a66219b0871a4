using System.Security.Cryptography;
using Granary.Core.Access;
using Granary.Grains.Ports;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Granary.Api.Tokens;

/// <summary>Sees to it that there is somebody who can let others in: the user admin, made at the first start. Of silos that start at once one makes it.</summary>
/// <param name="show">Shows a line to whoever starts the server.</param>
internal sealed class FirstUser(IAccountStore accounts, Passwords passwords, IOptions<TokenOptions> options, TimeProvider clock, Action<string> show) : IHostedService
{
    public const string Name = "admin";

    /// <summary>120 bits.</summary>
    private const int PasswordBytes = 15;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Value.AdminPasswordFile is { } file)
        {
            await TakePassword(file, cancellationToken);
        }
        else if (await accounts.Find(Name, cancellationToken) is null)
        {
            var password = Convert.ToBase64String(RandomNumberGenerator.GetBytes(PasswordBytes)).Replace('+', '-').Replace('/', '_');
            if (await accounts.Add(Admin(), await passwords.Hash(password, cancellationToken), cancellationToken))
            {
                show($"The user {Name} was made, with the password {password}. It is shown this once.");
            }
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The file is right, whatever the password was: so a lost one is replaced.</summary>
    private async Task TakePassword(string file, CancellationToken cancellation)
    {
        var password = Read(file);
        if (password.Length < options.Value.PasswordLengthMin)
        {
            throw new InvalidOperationException($"Tokens:AdminPasswordFile {file} holds {password.Length} characters; a password has {options.Value.PasswordLengthMin} at least.");
        }

        if (await accounts.Find(Name, cancellation) is not { } admin)
        {
            await accounts.Add(Admin(), await passwords.Hash(password, cancellation), cancellation);
        }
        else if (await accounts.PasswordHash(admin.Guid, cancellation) is { } hash && !await passwords.AreEqual(password, hash, cancellation))
        {
            await accounts.SetPassword(admin.Guid, await passwords.Hash(password, cancellation), cancellation);
        }
    }

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file).TrimEnd('\r', '\n');
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new InvalidOperationException($"Tokens:AdminPasswordFile {file} cannot be read: {fault.Message}", fault);
        }
    }

    private Account Admin()
    {
        var now = clock.GetUtcNow();
        return new Account(Guid.NewGuid(), Name, null, null, null, Authority.Admin, IsListed: true, now, now);
    }
}
