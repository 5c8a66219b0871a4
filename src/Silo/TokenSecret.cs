using System.Security.Cryptography;

namespace Granary.Silo;

/// <summary>The secret that seals the keys of tokens in the database: a file, and not in the database.</summary>
internal static class TokenSecret
{
    private const int BytesMin = 32;

    /// <param name="options">Whose state folder has it when no file is named.</param>
    /// <param name="named">Null only on SQLite; then the first start makes it.</param>
    /// <exception cref="InvalidOperationException">It cannot be read, or is too short.</exception>
    public static byte[] Read(SiloOptions options, string? named)
    {
        var file = named ?? Path.Combine(options.State, "token.key");
        try
        {
            if (named is null && !File.Exists(file))
            {
                Make(file);
            }

            var secret = File.ReadAllBytes(file);
            return secret.Length >= BytesMin
                ? secret
                : throw new InvalidOperationException($"Tokens:KeyFile {file} has {secret.Length} bytes; it must have {BytesMin} at least, and nobody else may know them.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"Tokens:KeyFile {file} cannot be used: {fault.Message}", fault);
        }
    }

    private static void Make(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        using var made = new FileStream(file, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
        made.Write(RandomNumberGenerator.GetBytes(BytesMin));
        made.Flush(flushToDisk: true);
    }
}
