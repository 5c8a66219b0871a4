using System.ComponentModel.DataAnnotations;
using Granary.Silo;
using Granary.Testing;

namespace Granary.Product.Tests;

/// <summary>Settings that are wrong are refused in words that name them, all at once.</summary>
public sealed class SettingsTests
{
    [Theory]
    [InlineData("unknown switch --nonsense", "--nonsense", "1")]
    [InlineData("unknown switch --nonsense", "--nonsense=1")]
    [InlineData("--config", "--nonsense")]
    [InlineData("--db needs a value", "--db")]
    [InlineData("--db needs a value", "--db", "--cell", "x")]
    [InlineData("--db needs a value", "--db=")]
    [InlineData("'up' is not a switch", "up")]
    [InlineData("--db needs a value; unknown switch --nonsense", "--db", "--nonsense")]
    public void A_wrong_command_line_is_told_with_the_switches_there_are(string words, params string[] arguments)
    {
        var fault = Assert.Throws<UsageException>(() => Settings.Read(arguments));

        Assert.Contains(words, fault.Message, StringComparison.Ordinal);
        Assert.Contains("The switches are --cell, --name, --docker, --db,", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--silo-port is 'abc': write a whole number.", "--silo-port", "abc")]
    [InlineData("--gateway-port is '70000', and must be between 1 and 65535.", "--gateway-port", "70000")]
    [InlineData("--memory is '-1', and must be between 0 and 2147483647.", "--memory", "-1")]
    [InlineData("need a port each: they are 8080, 8080 and 30000", "--silo-port", "8080")]
    [InlineData("--http is 'http://0.0.0.0:80': an API that asks for no tokens listens on loopback only.", "--http", "http://0.0.0.0:80")]
    [InlineData("--http is 'http://127.0.0.1:99999': write it as http://127.0.0.1:8080.", "--http", "http://127.0.0.1:99999")]
    [InlineData("--http is 'http://127.0.0.1:0': write it as", "--http", "http://127.0.0.1:0")]
    [InlineData("--http is 'http://127.0.0.1:8080/api': write it as", "--http", "http://127.0.0.1:8080/api")]
    [InlineData("--http is 'https://127.0.0.1:8080': https needs the files of a certificate and its key", "--http", "https://127.0.0.1:8080")]
    [InlineData("--access is 'maybe': write one of Open, Tokens.", "--access", "maybe")]
    [InlineData("name its file in Tokens:KeyFile", "--access", "tokens", "--db", "postgres://granary@localhost/granary")]
    [InlineData("--cell is 'a/b': a name has", "--cell", "a/b")]
    [InlineData("--name is 'a b': a name has", "--name", "a b")]
    [InlineData("--advertise is '0.0.0.0': write the IP address of this host", "--advertise", "0.0.0.0")]
    [InlineData("--advertise is 'here': write the IP address of this host", "--advertise", "here")]
    [InlineData("--blobs is 'here': write 'database', or the absolute path of a folder.", "--blobs", "here")]
    [InlineData("--blobs is 'database', which takes a PostgreSQL", "--blobs", "database")]
    [InlineData("--state is 'here': write an absolute path.", "--state", "here")]
    [InlineData("--config /nonexistent.json cannot be read", "--config", "/nonexistent.json")]
    public void A_wrong_value_is_told_with_its_switch(string words, params string[] arguments) =>
        Assert.Contains(words, Assert.Throws<ValidationException>(() => Settings.Read(arguments)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("not json", "is not JSON with the settings as an object: 'not json' is an invalid JSON literal")]
    [InlineData("[1]", "is not JSON with the settings as an object")]
    [InlineData("{", "is not JSON with the settings as an object")]
    [InlineData("""{"Enigne": {"StartsInFlight": 1}}""", "has 'Enigne', which is no setting; there are Cell, Name, Docker,")]
    [InlineData("""{"Engine": 1}""", "has a value for Engine, which is a section")]
    [InlineData("""{"Engine": {"StartsInFlght": 1}}""", "Engine:StartsInFlght is no setting; Engine has PidFile, StartsInFlight,")]
    [InlineData("""{"Engine": {"Endpoint": "unix:///x"}}""", "Engine:Endpoint is no setting")]
    [InlineData("""{"Engine": {"StartsInFlight": 1000}}""", "Engine:StartsInFlight is '1000', and must be between 1 and 64.")]
    [InlineData("""{"Cells": {"SpeakEvery": "often"}}""", "Cells:SpeakEvery is 'often': write a duration as hours:minutes:seconds.")]
    [InlineData("""{"Tasks": {"MemoryMb": "1G"}}""", "Tasks:MemoryMb is '1G': write a whole number.")]
    [InlineData("""{"Tasks": {"PendingMax": "00:00:00.5"}}""", "Tasks:PendingMax is 00:00:00.5000000: write 0, for no limit, or 1 s and more.")]
    [InlineData("""{"Api": {"UploadBytesMax": 1}}""", "Api:UploadBytesMax is '1', and must be between 1048576 and 68719476736.")]
    [InlineData("""{"Storage": {"PoolSize": 0}}""", "PoolSize is 0; it must be from 1 to 1,000.")]
    [InlineData("""{"MemoryMb": "much"}""", "--memory is 'much': write a whole number.")]
    public async Task A_wrong_file_is_told_with_the_name_in_it(string text, string words)
    {
        var path = await FileWith(text);

        Assert.Contains(words, Assert.ThrowsAny<Exception>(() => Settings.Read(["--config", path])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_faults_are_told_at_once()
    {
        var path = await FileWith("""{"Cells": {"Pids": 1}, "Logs": {"Foo": 1}}""");

        var fault = Assert.Throws<ValidationException>(() => Settings.Read(["--config", path, "--memory", "-1"]));

        Assert.Equal(["--memory", "Cells:Pids", "Logs:Foo"], fault.Message.Split(Environment.NewLine).Select(each => each.Split(' ')[0]));
    }

    [Fact]
    public async Task A_switch_wins_over_the_file()
    {
        var path = await FileWith("""{"Cell": "of-file", "Stack": "of-file", "Engine": {"StartsInFlight": 3, "NameServers": ["10.0.0.1"]}}""");

        var settings = Settings.Read(["--config", path, "--cell", "first", "--cell", "last"]);

        Assert.Equal(("last", "of-file"), (settings.Options.Cell, settings.Options.Stack));
        Assert.Equal("3", settings.All["Engine:StartsInFlight"]);
    }

    private static async Task<string> FileWith(string text)
    {
        var path = await TestState.FolderFor($"{Guid.NewGuid():N}.json");
        await File.WriteAllTextAsync(path, text);
        return path;
    }
}
