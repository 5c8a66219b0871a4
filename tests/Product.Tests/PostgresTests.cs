using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Granary.Core.Tasks;
using Granary.Testing;
using Npgsql;

namespace Granary.Product.Tests;

/// <summary>The life of a task on PostgreSQL, with the database taken away in the midst of it.</summary>
[Collection(SharedEngine.Collection)]
public sealed class PostgresTests(SharedEngine engine, PrivatePostgres postgres) : IClassFixture<PrivatePostgres>
{
    private const string Secret = "s3cret-of-the-database";

    /// <summary>Long enough for every timer of the silo to meet the outage.</summary>
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task A_task_lives_on_PostgreSQL_as_on_SQLite()
    {
        await using var silo = await Up("pg-life");
        var app = await silo.TrainingApp();

        var done = await silo.End(await silo.Run(app, "tasks/sample-task.sh"));
        var cancelled = await silo.Run(app, "echo ready; sleep 600");
        await silo.Says(cancelled, "ready");
        await silo.Client.Cancel(cancelled.Id);
        cancelled = await silo.End(cancelled);

        Assert.Equal((TaskPhase.Succeeded, 1), (done.Phase, done.Attempt));
        Assert.Contains("The sample task ran to its end.", await silo.Log(done));
        Assert.Equal((TaskPhase.Failed, "task was cancelled"), (cancelled.Phase, cancelled.FailureReason));
        await silo.LeavesNothing();
        Assert.Equal(0, await silo.Stop());
        Assert.Empty(silo.Faults);
    }

    [Fact]
    [Trait("Length", "Long")]
    public async Task A_task_outlives_an_outage_of_the_database()
    {
        await using var silo = await Up("pg-outage");
        using var http = new HttpClient { BaseAddress = silo.Api };
        var app = await silo.BusyboxApp();
        var lasting = await silo.Run(app, "for i in $(seq 1 150); do echo line $i; sleep 0.1; done; exit 7");
        var brief = await silo.Run(app, "for i in $(seq 1 40); do echo line $i; sleep 0.1; done; exit 5");
        await silo.Says(lasting, "line 5");
        await silo.Says(brief, "line 5");
        using var docker = Scene.Docker(silo.Engine);
        var before = (await Scene.Ours(docker)).Select(each => each.ID).Order().ToArray();

        await postgres.Down();
        try
        {
            var since = TimeProvider.System.GetTimestamp();
            do
            {
                await IsUnavailable(await http.GetAsync(new Uri("/v3/tasks", UriKind.Relative)));
                await IsUnavailable(await http.PostAsJsonAsync($"/v3/apps/{app.Id}/tasks", new { command = "true" }));
                await Task.Delay(200); // Not a wait for something: how often a client asks.
            }
            while (TimeProvider.System.GetElapsedTime(since) < Outage);

            Assert.Equal(before, (await Scene.Ours(docker)).Select(each => each.ID).Order());
        }
        finally
        {
            await postgres.Up();
        }

        lasting = await silo.End(lasting);
        brief = await silo.End(brief);

        Assert.Equal((TaskPhase.Failed, 7, 1), (lasting.Phase, lasting.ExitCode, lasting.Attempt));
        Assert.Equal((TaskPhase.Failed, 5, 1), (brief.Phase, brief.ExitCode, brief.Attempt));
        Assert.Equal(Counted(150, 7), await silo.Log(lasting));
        Assert.Equal(Counted(40, 5), await silo.Log(brief));
        Assert.Equal(2, (await http.GetFromJsonAsync<JsonElement>(new Uri("/v3/tasks", UriKind.Relative))).GetProperty("pagination").GetProperty("total_results").GetInt32());
        await silo.LeavesNothing();
        Assert.Empty(silo.Faults);
    }

    [Fact]
    public async Task A_role_or_a_database_that_is_not_there_is_told()
    {
        var good = new NpgsqlConnectionStringBuilder(await postgres.CreateDatabase());

        var role = await Refused(new(good.ConnectionString) { Username = "nobody-of-ours", Password = Secret });
        var database = await Refused(new(good.ConnectionString) { Database = "no-such" });

        Assert.Contains("nobody-of-ours", role, StringComparison.Ordinal);
        Assert.Contains("database \"no-such\" does not exist", database, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_role_that_may_not_make_tables_is_told()
    {
        var good = new NpgsqlConnectionStringBuilder(await postgres.CreateDatabase());
        await using var source = NpgsqlDataSource.Create(good);
        await using var make = source.CreateCommand($"CREATE ROLE reader LOGIN PASSWORD '{Secret}'; REVOKE CREATE ON SCHEMA public FROM PUBLIC");
        await make.ExecuteNonQueryAsync();

        var words = await Refused(new(good.ConnectionString) { Username = "reader", Password = Secret });

        Assert.Contains("permission denied for schema public", words, StringComparison.Ordinal);
    }

    /// <summary>A silo on this database says why it does not start, in one line without the password, which this returns.</summary>
    private static async Task<string> Refused(NpgsqlConnectionStringBuilder database)
    {
        var (code, errors) = await SiloProcess.Fails(await TestState.FolderFor($"no-{Guid.NewGuid():N}"[..10]), "--db", database.ConnectionString);
        var words = Assert.Single(errors);
        Assert.Equal(1, code);
        Assert.DoesNotContain(Secret, words, StringComparison.Ordinal);
        Assert.Contains("Check that", words, StringComparison.Ordinal);
        return words;
    }

    private static async Task IsUnavailable(HttpResponseMessage answer)
    {
        using var ending = answer;
        var error = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors")[0];
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal((10015, "CF-ServiceUnavailable"), (error.GetProperty("code").GetInt32(), error.GetProperty("title").GetString()));
    }

    private async Task<SiloProcess> Up(string name) => await SiloProcess.Up(name, engine.SocketUri, "--db", await postgres.CreateDatabase());

    private static string[] Counted(int lines, int code) => [.. Enumerable.Range(1, lines).Select(each => $"line {each}"), $"Exit status {code}"];
}
