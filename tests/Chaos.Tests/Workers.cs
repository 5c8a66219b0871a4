using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Granary.Core.Apps;
using Granary.Core.Instances;
using Granary.Testing;
using Npgsql;

namespace Granary.Chaos.Tests;

/// <summary>The app of a run whose instances are to stay up, whatever happens.</summary>
internal sealed class Workers(Stage stage, AppId app, int count)
{
    private static readonly JsonSerializerOptions Stored = new() { AllowOutOfOrderMetadataProperties = true, Converters = { new JsonStringEnumConverter() } };

    /// <summary>The guids that the programs know.</summary>
    public ImmutableHashSet<Guid> Guids { get; } = [.. Enumerable.Range(0, count).Select(each => InstanceId.Of(new ProcessKey(app, AppProcesses.Web), each).Value)];

    public static async Task<Workers> Start(Stage stage, ulong seed, int count)
    {
        var app = (await stage.Ask(client => client.PushImage($"workers-{seed}-{Guid.NewGuid():N}", SharedEngine.BusyboxImage))).Id;
        await stage.Ask(client => client.ChangeProcess(app, AppProcesses.Web, new ProcessChange(count, 16, 16, null, true, Programs.UntilTold)));
        await stage.Ask(client => client.Start(app));
        var workers = new Workers(stage, app, count);
        await workers.Up();
        return workers;
    }

    /// <summary>Returns when all are up, and nothing is being handed over any more.</summary>
    public Task Up() => Until(rows => rows.Count(each => each is { IsRunning: true, UpSince: not null, Part: Part.None }) == count && rows.All(each => each.IsRunning || each.Phase == InstancePhase.Stopped), "all workers to be up");

    public async Task Stop()
    {
        await stage.Ask(client => client.Stop(app));
        await Until(rows => rows.All(each => each.Phase == InstancePhase.Stopped), "all workers to be stopped");
    }

    /// <summary>The instances in both lanes, read past Granary.</summary>
    public async Task<ImmutableArray<InstanceState>> Rows()
    {
        await using var database = NpgsqlDataSource.Create(await stage.DatabaseAddress());
        await using var command = database.CreateCommand("SELECT PayloadBinary FROM OrleansStorage WHERE GrainTypeString = 'instance' AND app_guid = $1");
        command.Parameters.AddWithValue(app.Value);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = ImmutableArray.CreateBuilder<InstanceState>();
        while (await reader.ReadAsync())
        {
            rows.Add(JsonSerializer.Deserialize<Document>((byte[])reader[0], Stored)!.State);
        }

        return rows.ToImmutable();
    }

    private Task Until(Func<ImmutableArray<InstanceState>, bool> holds, string what)
    {
        ImmutableArray<InstanceState> rows = [];
        return Waiting.Until(
            async () => holds(rows = await Rows()),
            what,
            ChaosRun.EndMax,
            () => string.Join(", ", rows.OrderBy(each => each.Index).Select(each => $"{each.Index} {InstanceMachine.Upper(each.Phase)} in lane {each.Lane}: {each.Story.Entries.LastOrDefault()?.Text}")),
            every: TimeSpan.FromMilliseconds(500));
    }

    private sealed record Document(InstanceState State);
}
