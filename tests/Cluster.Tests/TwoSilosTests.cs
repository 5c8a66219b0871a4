using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using Granary.Testing;

namespace Granary.Cluster.Tests;

/// <summary>Clients with tokens, of a cluster of two silos.</summary>
public sealed class TwoSilosTests : IAsyncLifetime
{
    private const string Password = "a password of the first user";

    private LocalCluster cluster = null!;

    public async Task InitializeAsync()
    {
        var folder = await TestState.FolderFor("tokens");
        Directory.CreateDirectory(folder);
        var (secret, password, config) = (Path.Combine(folder, "token.key"), Path.Combine(folder, "password"), Path.Combine(folder, "granary.json"));
        await File.WriteAllBytesAsync(secret, RandomNumberGenerator.GetBytes(32));
        await File.WriteAllTextAsync(password, Password);
        await File.WriteAllTextAsync(config, JsonSerializer.Serialize(new { Tokens = new { KeyFile = secret, AdminPasswordFile = password } }));
        cluster = await LocalCluster.Up("two", Clusters.Program, silos: 2, stack: true, options: ["--access", "tokens", "--config", config]);
    }

    public async Task DisposeAsync() => await cluster.DisposeAsync();

    [Fact]
    public async Task A_login_at_one_silo_counts_at_the_other_and_a_push_whose_silo_is_killed_after_any_of_its_commands_is_repeated_at_the_other()
    {
        var silos = await cluster.Silos();
        var zip = await TestState.FolderFor("training-app.zip");
        await ZipFile.CreateFromDirectoryAsync(Repository.PathOf("samples/training-app"), zip);
        var (access, refresh) = await CfPush.Login(silos[0], ("grant_type", "password"), ("username", "admin"), ("password", Password));
        var (refreshed, _) = await CfPush.Login(silos[1], ("grant_type", "refresh_token"), ("refresh_token", refresh));

        for (var commands = 1; commands < CfPush.Commands; commands++)
        {
            var (dies, lives) = (silos[commands % 2], silos[(commands + 1) % 2]);
            using (var push = new CfPush(dies, access))
            {
                await push.Push("training-app", zip, commands);
            }

            await cluster.Kill(dies.Name);
            using var again = new CfPush(lives, refreshed);
            await Waiting.Until(() => IsPushed(again, zip), $"a push at {lives.Name}", ClusterClient.WaitMax);
            var task = await again.Run("tasks/sample-task.sh");

            Assert.True(task.GetProperty("state").GetString() == "SUCCEEDED", task.ToString());
            Assert.Equal(1, (await again.Get("/v3/apps?names=training-app")).GetProperty("pagination").GetProperty("total_results").GetInt32());
            await cluster.Restart(dies.Name);
            await Waiting.Until(() => Answers(dies, access), $"{dies.Name} serves again", ClusterClient.WaitMax);
        }

        using var auditor = new CfPush(silos[0], access);
        var events = (await auditor.Get("/v3/audit_events?per_page=1000")).GetProperty("resources").EnumerateArray().ToArray();
        Assert.All(events, each => Assert.Equal("admin", each.GetProperty("actor").GetProperty("name").GetString()));
        Assert.Single(events, each => each.GetProperty("type").GetString() == "audit.app.create");
        Assert.Equal(CfPush.Commands - 1, events.Count(each => each.GetProperty("type").GetString() == "audit.app.task.create"));
    }

    /// <summary>Whoever pushes pushes again while it is told that the cluster cannot yet: the dead silo may have had the grains.</summary>
    private static async Task<bool> IsPushed(CfPush push, string zip)
    {
        try
        {
            await push.Push("training-app", zip);
            return true;
        }
        catch (HttpRequestException fault) when (fault.StatusCode == System.Net.HttpStatusCode.ServiceUnavailable)
        {
            return false;
        }
    }

    private static async Task<bool> Answers(LocalSilo silo, string token)
    {
        using var push = new CfPush(silo, token);
        try
        {
            await push.Get("/v3/apps");
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
