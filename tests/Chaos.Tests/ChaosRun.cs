using System.Collections.Immutable;
using System.Globalization;
using Granary.Chaos.Tests.Oracles;
using Granary.Core.Apps;
using Granary.Core.Tasks;
using Granary.Grains.Ports;
using Granary.Testing;
using Npgsql;

namespace Granary.Chaos.Tests;

/// <summary>What came of one seed.</summary>
/// <param name="Accepted">Tasks whose submit was acknowledged.</param>
/// <param name="Losses">Attempts that were lost, of all tasks.</param>
/// <param name="Unconfirmed">Tasks whose story says so.</param>
/// <param name="Unanswered">Calls that got 503 or no answer, and were repeated.</param>
/// <param name="Strip">What was done, in order, for people.</param>
public sealed record ChaosOutcome(ulong Seed, ImmutableArray<string> Faults, int Accepted, int Succeeded, int Failed, int Losses, int Unconfirmed, int Unanswered, TimeSpan WitnessGap, TimeSpan Lasted, ImmutableArray<string> Violations, ImmutableArray<string> Strip);

/// <summary>
/// One seed on a cluster of real processes: clients submit what is scripted while faults are made; then everything is mended, all tasks must end, and the oracles look at the evidence.
/// </summary>
internal sealed class ChaosRun(Stage stage, ulong seed, ChaosSettings settings) : IDisposable
{
    /// <summary>After everything was mended: the longest task, all its attempts anew, and orders that were given up and are given again.</summary>
    public static readonly TimeSpan EndMax = TimeSpan.FromMinutes(4);

    /// <summary>After the last task has ended its container is removed as soon as its cell hears of it.</summary>
    private static readonly TimeSpan RemovedMax = TimeSpan.FromMinutes(2);

    private readonly ChaosPlan plan = ChaosPlan.Draw(seed, settings);
    private readonly History history = new();
    private readonly Witness witness = new();
    private readonly List<string> strip = [];
    private readonly List<string> stuck = [];
    private readonly List<Drained> drains = [];

    public async Task<ChaosOutcome> Run()
    {
        var began = TimeProvider.System.GetTimestamp();
        var app = (await stage.Ask(client => client.PushImage($"chaos-{seed}-{Guid.NewGuid():N}", SharedEngine.BusyboxImage))).Id;
        var workers = await Workers.Start(stage, seed, plan.Workers);
        using var guards = new GuardWatch(stage.Hosts, witness);
        using var ending = new CancellationTokenSource();
        await using (var clients = new Clients(stage.Silos, app, history, witness, ending.Token))
        {
            Tell("the run begins");
            var looking = clients.Look(seed);
            var living = plan.Tasks.Select(clients.Live).ToArray();
            await Task.WhenAll(plan.Faults.Select(Make));
            await Task.WhenAny(Task.WhenAll(living), Task.Delay(settings.Length));
            Tell("all is mended");
            await OrStuck("the mending", stage.Mend);
            Tell("all cells take tasks");
            await OrStuck("all calls to be acknowledged", () => Task.WhenAll(living).WaitAsync(EndMax));
            await OrStuck("all tasks to end", () => Waiting.Until(async () => (await Listed(app)).All(each => each.IsFinished), "the end", EndMax, every: TimeSpan.FromMilliseconds(500)));
            await OrStuck("all workers to be up", workers.Up);
            await ending.CancelAsync();
            await Ended([looking, .. living]);
        }

        Tell("all tasks have ended, and all workers are up");
        var (rows, at) = (await workers.Rows(), witness.Now);
        await OrStuck("all workers to stop", workers.Stop);
        var evidence = await Gather(app, [.. plan.Tasks.Select(each => each.Id), .. workers.Guids], guards);
        return Judge(evidence with { Workers = rows, WorkersAt = at, WorkersWanted = plan.Workers, Drains = [.. drains] }, TimeProvider.System.GetElapsedTime(began));
    }

    public void Dispose() => witness.Dispose();

    private async Task Make(Fault fault)
    {
        await Task.Delay(fault.At);
        Tell($"fault: {fault}");
        try
        {
            var mend = await stage.Make(fault);
            var madeAt = witness.Now;
            Tell($"made: {fault}");
            if (mend is not null)
            {
                await Task.Delay(fault.Lasts);
                if (fault.Kind == FaultKind.Drain)
                {
                    lock (drains)
                    {
                        drains.Add(new Drained(fault, stage.Silos[fault.Host].Cell, madeAt + (fault.Lasts / 2), witness.Now));
                    }
                }

                await mend();
                Tell($"mended: {fault}");
            }
        }
        catch (Exception cause) when (cause is ScriptFailedException or CallFailedException)
        {
            Tell($"another fault stands in the way of: {fault}: {cause.Message}"); // All is mended at the end.
        }
    }

    /// <summary>What takes too long is a violation itself; the rest of the evidence is looked at all the same.</summary>
    private async Task OrStuck(string what, Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (TimeoutException cause)
        {
            stuck.Add($"progress: waited in vain for {what}: {cause.Message}");
        }
    }

    private static async Task Ended(IEnumerable<Task> all)
    {
        try
        {
            await Task.WhenAll(all);
        }
        catch (OperationCanceledException)
        {
            // They were told to.
        }
    }

    private async Task<IReadOnlyList<TaskState>> Listed(AppId app) => (await stage.Ask(client => client.Tasks(new RowQuery { Apps = [app.Value], PerPage = 5000 }))).Items;

    private async Task<Evidence> Gather(AppId app, HashSet<Guid> tasks, GuardWatch guards)
    {
        var remains = ImmutableArray<string>.Empty;
        await OrStuck("what is left of tasks to be removed", () => Waiting.Until(async () => (remains = await Remains.Find(stage.Silos, stage.Folder, witness, tasks)).IsEmpty, "the end of it", RemovedMax, every: TimeSpan.FromSeconds(1)));
        var final = new List<TaskState>();
        foreach (var each in plan.Tasks)
        {
            if (await stage.Ask(client => client.FindTask(new TaskId(each.Id))) is { } task)
            {
                final.Add(task);
            }
        }

        return new Evidence
        {
            Scripts = plan.Tasks,
            History = history,
            Final = [.. final],
            Rows = await Rows(app),
            Listed = [.. await Listed(app)],
            Sightings = [.. witness.Sightings.Where(each => tasks.Contains(each.Task))],
            WitnessGap = witness.LongestGap,
            Unguarded = [.. guards.Found],
            Faults = plan.Faults,
            Remains = remains,
            MarksExcuse = settings.IsFenced,
        };
    }

    private async Task<ImmutableArray<TaskRow>> Rows(AppId app)
    {
        await using var database = NpgsqlDataSource.Create(await stage.DatabaseAddress());
        await using var command = database.CreateCommand("SELECT item_guid, app_guid, sequence_id, state, cell, created_at, updated_at, wake_at FROM OrleansStorage WHERE GrainTypeString = 'task' AND app_guid = $1");
        command.Parameters.AddWithValue(app.Value);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = ImmutableArray.CreateBuilder<TaskRow>();
        while (await reader.ReadAsync())
        {
            rows.Add(new TaskRow(reader.GetGuid(0), reader.GetGuid(1), reader.GetInt32(2), reader.GetString(3), await reader.IsDBNullAsync(4) ? null : reader.GetString(4), reader.GetInt64(5), reader.GetInt64(6), await reader.IsDBNullAsync(7) ? null : reader.GetInt64(7)));
        }

        return rows.ToImmutable();
    }

    private ChaosOutcome Judge(Evidence evidence, TimeSpan lasted) => new(
        seed,
        [.. plan.Faults.Select(each => each.ToString())],
        evidence.Accepted.Count,
        evidence.Final.Count(each => each.Phase == TaskPhase.Succeeded),
        evidence.Final.Count(each => each.Phase == TaskPhase.Failed),
        evidence.Final.Sum(each => each.Counters.Losses),
        evidence.Final.Count(each => each.Story.Entries.Exists(entry => entry.Text.Contains("unconfirmed", StringComparison.Ordinal))),
        history.Unanswered,
        evidence.WitnessGap,
        lasted,
        [.. stuck, .. Oracle.CheckAll(evidence)],
        [.. strip]);

    private void Tell(string words)
    {
        lock (strip)
        {
            strip.Add(string.Create(CultureInfo.InvariantCulture, $"{TimeProvider.System.GetUtcNow():HH:mm:ss.fff} ({witness.Now.TotalSeconds:0.00} s by the witness) {words}"));
        }
    }
}
