using System.Net;
using System.Net.Sockets;
using Granary.Testing;
using Microsoft.Data.Sqlite;

namespace Granary.Product.Tests;

/// <summary>A silo that cannot start says why in one line, and what to do; it leaves no trace of a stack and shows no password.</summary>
public sealed class RefusedStartTests
{
    private const string Secret = "s3cret-of-the-database";

    [Fact]
    public async Task A_wrong_command_line_is_a_usage_error() =>
        Assert.Equal(
            (2, "granary: unknown switch --nonsense. The switches are --cell, --name, --docker, --db, --http, --access, --advertise, --silo-port, --gateway-port, --state, --blobs, --stack, --segment, --memory, --disk, --config; each takes a value."),
            await Refused(await Folder(), "--nonsense"));

    [Theory]
    [InlineData("--http", "http://127.0.0.1:{0}")]
    [InlineData("--silo-port", "{0}")]
    [InlineData("--gateway-port", "{0}")]
    public async Task A_port_in_use_is_told_with_its_switch(string name, string form)
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var folder = await Folder();

        var (code, words) = await Refused(folder, name, string.Format(null, form, port));

        Assert.Equal((1, $"granary: {name}: another program listens at 127.0.0.1:{port}, perhaps another silo: stop it, or choose another port."), (code, words));
        Assert.False(Directory.Exists(folder), "Nothing was begun.");
    }

    [Fact]
    public async Task A_state_folder_serves_one_silo()
    {
        await using var first = await SiloProcess.Up($"first-{Guid.NewGuid():N}"[..10], "unix:///nonexistent/docker.sock");

        var (code, words) = await Refused(first.Folder);

        Assert.Equal((1, $"granary: --state {first.Folder} is held by another silo: stop it, or give this one a folder and a cell of its own (--state, --cell)."), (code, words));
        await first.Kill();
        await first.Start();
    }

    [Fact]
    public async Task A_state_folder_that_cannot_be_written_is_told()
    {
        var folder = await Folder();
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserExecute);

        var (code, words) = One(await SiloProcess.FailsAsSubject(Path.Combine(folder, "state")));

        Assert.Equal((1, $"granary: --state {folder}/state cannot be used: Access to the path '{folder}/state' is denied. Choose a folder that this user may write."), (code, words));
    }

    [Fact]
    public async Task A_state_folder_that_is_a_file_is_told() =>
        Assert.StartsWith("granary: --state /etc/hostname cannot be used: ", (await Refused("/etc/hostname")).Words, StringComparison.Ordinal);

    [Theory]
    [InlineData("directory", "unable to open database file")]
    [InlineData("missing/granary.db", "unable to open database file")]
    [InlineData("text", "file is not a database")]
    [InlineData("locked", "unable to open database file")]
    public async Task A_file_that_cannot_be_the_database_is_told(string file, string cause)
    {
        var folder = await Folder();
        Directory.CreateDirectory(Path.Combine(folder, "directory"));
        var text = Path.Combine(folder, "text");
        await File.WriteAllTextAsync(text, string.Concat(Enumerable.Repeat("This is no database. ", 100)));
        await File.WriteAllTextAsync(Path.Combine(folder, "locked"), "");
        File.SetUnixFileMode(Path.Combine(folder, "locked"), UnixFileMode.None);
        var before = await File.ReadAllTextAsync(text);

        var (code, words) = One(await SiloProcess.FailsAsSubject(Path.Combine(folder, "state"), "--db", $"sqlite:{folder}/{file}"));

        Assert.Equal(1, code);
        Assert.StartsWith($"granary: The database is not available (SQLite file {folder}/{file}): ", words, StringComparison.Ordinal);
        Assert.Contains(cause, words, StringComparison.Ordinal);
        Assert.Contains("Check that the file is a database of Granary or not there yet", words, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllTextAsync(text));
    }

    [Fact]
    public async Task A_database_of_a_newer_version_is_left_alone()
    {
        var folder = await Folder();
        await using (var silo = await SiloProcess.Up(Path.GetFileName(folder), "unix:///nonexistent/docker.sock"))
        {
            Assert.Equal(0, await silo.Stop());
        }

        await using (var database = new SqliteConnection($"Data Source={folder}/granary.db;Pooling=False"))
        {
            await database.OpenAsync();
            await using var command = database.CreateCommand();
            command.CommandText = "INSERT INTO granary_schema_history (id, name, checksum, applied_at, duration_ms, app_version) VALUES (999, 'future', 'x', 0, 0, '99')";
            await command.ExecuteNonQueryAsync();
        }

        var (code, words) = await Refused(folder);

        Assert.Equal(1, code);
        Assert.StartsWith($"granary: SQLite file {folder}/granary.db was made by a newer version of Granary (it has schema 999, future; ", words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_PostgreSQL_that_does_not_answer_is_told()
    {
        var (code, words) = await Refused(await Folder(), "--db", $"postgres://granary:{Secret}@127.0.0.1:1/granary");

        Assert.Equal((1, "granary: The database is not available (PostgreSQL database granary at 127.0.0.1:1): Failed to connect to 127.0.0.1:1. Check that it runs, that this host may reach it, and that the setting is right."), (code, words));
    }

    [Theory]
    [InlineData("postgres://granary:" + Secret + "@/granary")]
    [InlineData("postgres://granary:" + Secret + "@127.0.0.1/granary?Nonsense=1")]
    [InlineData("Host=127.0.0.1;Username=granary;Password=" + Secret + ";Port=many")]
    [InlineData("Password=" + Secret)]
    [InlineData("granary " + Secret)]
    public async Task An_address_that_is_none_is_told(string address)
    {
        var (code, words) = await Refused(await Folder(), "--db", address);

        Assert.Equal(1, code);
        Assert.EndsWith("Write sqlite:PATH, postgres://user:password@host:port/database, or an Npgsql connection string such as Host=db;Database=granary;Username=granary.", words, StringComparison.Ordinal);
    }

    private static Task<string> Folder() => TestState.FolderFor($"no-{Guid.NewGuid():N}"[..10]);

    private static async Task<(int Code, string Words)> Refused(string folder, params string[] more) => One(await SiloProcess.Fails(folder, more));

    private static (int Code, string Words) One((int Code, string[] Errors) ended)
    {
        var words = Assert.Single(ended.Errors);
        Assert.DoesNotContain(Secret, words, StringComparison.Ordinal);
        return (ended.Code, words);
    }
}
