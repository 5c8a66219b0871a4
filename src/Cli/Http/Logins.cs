using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Granary.Cli.Http;

/// <summary>The tokens of one login at one server.</summary>
/// <param name="ExpiresAt">Of the access token.</param>
internal sealed record Login(string Access, string Refresh, DateTimeOffset ExpiresAt)
{
    /// <summary>What a token server gives.</summary>
    public static Login Of(JsonElement given, DateTimeOffset now) => new(
        given.Text("access_token") ?? throw new FailureException("The server gives no token: it does not answer as Granary does."),
        given.Text("refresh_token") ?? "",
        now.AddSeconds(given.Number("expires_in") ?? 0));
}

/// <summary>This user's logins, by server, in a file that only they read. Two commands at once may refresh one login: the server takes both.</summary>
internal static class Logins
{
    private const string FolderVariable = "GRANARY_HOME";

    private static string FileName => Path.Combine(
        Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } named ? named : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".granary"),
        "logins.json");

    public static Login? Find(Uri server)
    {
        if (Read()[Key(server)] is not JsonObject kept)
        {
            return null;
        }

        var login = kept.Deserialize<JsonElement>();
        return new Login(login.Text("access") ?? "", login.Text("refresh") ?? "", login.Instant("expires_at") ?? default);
    }

    /// <param name="server">By the address that names it.</param>
    /// <param name="login">Null forgets it.</param>
    public static void Keep(Uri server, Login? login)
    {
        var all = Read();
        all.Remove(Key(server));
        if (login is not null)
        {
            all[Key(server)] = new JsonObject { ["access"] = login.Access, ["refresh"] = login.Refresh, ["expires_at"] = login.ExpiresAt.ToString("O", CultureInfo.InvariantCulture) };
        }

        Write(all);
    }

    private static string Key(Uri server) => server.GetLeftPart(UriPartial.Authority);

    private static JsonObject Read()
    {
        try
        {
            return File.Exists(FileName) ? JsonNode.Parse(File.ReadAllBytes(FileName)) as JsonObject ?? [] : [];
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new FailureException($"{FileName} cannot be read: {fault.Message} Delete it, and log in anew.", fault);
        }
    }

    private static void Write(JsonObject all)
    {
        var written = $"{FileName}.{Environment.ProcessId}";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(FileName)!);
            var how = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                how.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using (var file = new FileStream(written, how))
            {
                JsonSerializer.Serialize(file, all.Deserialize<JsonElement>());
            }

            File.Move(written, FileName, overwrite: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new FailureException($"The login cannot be kept in {FileName}: {fault.Message} Name a folder that this user may write in {FolderVariable}.", fault);
        }
    }
}
