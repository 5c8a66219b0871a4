using System.Collections.Immutable;
using System.Diagnostics;
using System.Text;
using Granary.Core;
using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Builds;
using Granary.Core.Cells;
using Granary.Core.Runtime;
using Granary.Core.Tasks;
using Granary.Grains.Cells;
using Granary.Grains.Contracts;
using Granary.Grains.Ports;
using Granary.Silo.Storage.Logs;
using Granary.Silo.Storage.Rows;
using Granary.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Granary.Grains.Tests.Worlds;

/// <summary>
/// One host: a database, a cell's folder and an engine, which all outlive the silo processes that are started and killed on it. It
/// owns the time: the clock moves only while a test waits for something, or says so; and when nobody moved it for long, because a test
/// awaits a call that itself waits for the clock.
/// </summary>
internal sealed class World : IAsyncDisposable
{
    /// <summary>Real time that a wait may take. Nothing here takes a quarter of it on an idle machine.</summary>
    private static readonly TimeSpan PatienceMax = TimeSpan.FromSeconds(60);

    /// <summary>How far the clock moves each time that a wait finds nothing: about as fast as real time at first, so that what is at work keeps up.</summary>
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(5);

    /// <summary>The same in a longer wait, which is for a timer. Short against every period of a cell.</summary>
    private static readonly TimeSpan LongStep = TimeSpan.FromMilliseconds(50);

    /// <summary>A wait that found nothing so often is a longer one.</summary>
    private const int StepsShort = 200;

    /// <summary>Real time after which the clock moves on although something is at work: it may wait for the clock.</summary>
    private static readonly TimeSpan StallMax = TimeSpan.FromMilliseconds(100);

    /// <summary>How often it is looked whether the clock stands, in real time, and how far it then goes.</summary>
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(200);

    /// <summary>For so many beats the clock may stand.</summary>
    private const int BeatsStill = 10;

    private static int folders;
    private readonly Timer pulse;
    private DateTimeOffset seen = A.Start;
    private int beatsStill;
    private LiveSilo? silo;

    private World(string folder, string database, Action<CellOptions> configure)
    {
        Folder = folder;
        Database = database;
        Configure = configure;
        Engine = new FakeRuntime(Clock);
        pulse = new Timer(_ => MoveOn(), null, Beat, Beat);
    }

    public FakeTimeProvider Clock { get; } = new(A.Start);

    public FakeRuntime Engine { get; }

    public Warnings Log { get; } = new();

    public string Folder { get; }

    public string Database { get; }

    public Action<CellOptions> Configure { get; set; }

    /// <summary>The process that serves the cell now.</summary>
    public LiveSilo Silo => silo ?? throw new InvalidOperationException("No silo runs.");

    public AppId App { get; private set; }

    public IPlacementGrain Placement => Silo.Grains.GetGrain<IPlacementGrain>(Keys.Placement);

    /// <summary>A world with a running silo and an app from a Docker image, which can run tasks.</summary>
    public static async Task<World> Begin(string? database = null, int memoryMb = 256, int diskMb = 4096, Action<CellOptions>? configure = null)
    {
        var folder = await TestState.FolderFor($"world-{Interlocked.Increment(ref folders)}");
        Directory.CreateDirectory(folder);
        var world = new World(
            folder,
            database ?? $"sqlite:{Path.Combine(folder, "granary.db")}",
            cell =>
            {
                (cell.MemoryMb, cell.DiskMb) = (memoryMb, diskMb);
                configure?.Invoke(cell);
            });
        await world.StartSilo();
        world.App = await world.MakeApp();
        await world.Until(async () => await world.Placement.Cells() is [{ EngineUp: true }], "the cell's first word");
        return world;
    }

    public async Task StartSilo()
    {
        var starting = LiveSilo.Start(this);
        await During(starting, "the start of a silo");
        silo = await starting;
    }

    /// <summary>The silo is gone at once, without a word.</summary>
    public async Task Kill()
    {
        Log.IsDeaf = true;
        await During(Silo.Kill(), "the end of a silo");
        Log.IsDeaf = false;
    }

    /// <summary>The silo ends in order, and another is started.</summary>
    public async Task Replace()
    {
        await During(Silo.DisposeAsync().AsTask(), "the orderly end of a silo");
        await StartSilo();
    }

    public async Task Restart()
    {
        await Kill();
        await StartSilo();
    }

    public async ValueTask DisposeAsync()
    {
        if (silo is { IsGone: false })
        {
            await Kill(); // An orderly end takes its time; the test that is about it asks for it.
        }

        await pulse.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    public ITaskGrain Grain(TaskId task) => Silo.Grains.GetGrain<ITaskGrain>(Keys.Task(task));

    public async Task<TaskId> Submit(string command, Func<TaskSubmission, TaskSubmission>? shape = null, int memoryMb = 64)
    {
        var task = new TaskId(Guid.NewGuid());
        var submission = new TaskSubmission { Command = command, MemoryMb = memoryMb, DiskMb = 64 };
        var answer = await Grain(task).Submit(App, shape?.Invoke(submission) ?? submission);
        Assert.Null(answer.Refusal);
        return task;
    }

    /// <summary>The committed row, past the grain.</summary>
    public async Task<TaskState> Row(TaskId task) =>
        await Silo.Services.GetRequiredService<WorkRows>().Find(task.Value, CancellationToken.None) as TaskState ?? throw new InvalidOperationException($"There is no row of {task}.");

    public static AttemptKey Attempt(TaskId task, int number = 1) => new(task.Value, number);

    /// <summary>Submits, and returns when the process runs.</summary>
    public async Task<TaskId> Running(string command, Func<TaskSubmission, TaskSubmission>? shape = null)
    {
        var task = await Submit(command, shape);
        await Started(task);
        return task;
    }

    public Task Started(TaskId task, int attempt = 1) => Until(() => Engine.Starts.Contains(Attempt(task, attempt)), $"the start of attempt {attempt}");

    public async Task<TaskState> Ended(TaskId task)
    {
        var row = await Row(task);
        await Until(async () => (row = await Row(task)).IsFinished, () => $"the end of task {task}, which says: {string.Join("; ", row.Story.Entries.Select(each => each.Text))}, and of its engine: {string.Join("; ", Engine.Containers)}");
        return row;
    }

    public async Task<TaskState> In(TaskId task, TaskPhase phase)
    {
        await Until(async () => (await Row(task)).Phase == phase, $"{phase} of task {task}");
        return await Row(task);
    }

    /// <summary>The stored lines of a task, oldest first.</summary>
    public async Task<IEnumerable<string>> LogOf(TaskId task)
    {
        var lines = await Silo.Services.GetRequiredService<LogStore>().Read(new LogQuery(App, task.Value), CancellationToken.None);
        return lines.Select(line => Encoding.UTF8.GetString(line.Text.Span));
    }

    /// <summary>No container, no reservation and no note is left.</summary>
    public async Task NothingLeft()
    {
        await Until(() => Engine.Containers.Count == 0, "the removal of all containers");
        await Until(() => Silo.Agent.Ledger is { Entries.IsEmpty: true, Reserved: var reserved } && reserved == default, "an empty ledger");
        await Until(async () => (await Silo.Services.GetRequiredService<ICellJournal>().Entries(CancellationToken.None)).Count == 0, "an empty journal");
    }

    public Task Until(Func<bool> holds, string what) => Until(() => Task.FromResult(holds()), what);

    public Task Until(Func<Task<bool>> holds, string what) => Until(holds, () => what);

    /// <summary>Lets time pass until something holds.</summary>
    private async Task Until(Func<Task<bool>> holds, Func<string> what)
    {
        var since = Stopwatch.StartNew();
        for (var step = 0; !await holds(); step++)
        {
            if (since.Elapsed > PatienceMax)
            {
                throw new TimeoutException($"{what()} did not come within {PatienceMax.TotalSeconds:0} s, until {Clock.GetUtcNow():HH:mm:ss.fff}. Warnings:\n{Log}\nLast calls: {string.Join(", ", Silo.Fate.Calls.TakeLast(40))}");
            }

            await Pass(step < StepsShort ? Step : LongStep);
        }
    }

    /// <summary>Lets this much time pass, in steps that leave everybody room to act.</summary>
    public async Task Let(TimeSpan time)
    {
        for (var left = time; left > TimeSpan.Zero; left -= LongStep)
        {
            await Pass(LongStep);
        }
    }

    /// <summary>The clock jumps: what was due meanwhile is due now.</summary>
    public void Jump(TimeSpan time) => Clock.Advance(time);

    /// <summary>
    /// Orleans keeps time by the world's clock too, and where it starts or stops it may wait for a delay of its own: so time passes
    /// meanwhile, though not before real time shows that something waits.
    /// </summary>
    private async Task During(Task work, string what)
    {
        var since = Stopwatch.StartNew();
        while (await Task.WhenAny(work, Task.Delay(StallMax)) != work)
        {
            if (since.Elapsed > PatienceMax)
            {
                throw new TimeoutException($"{what} took more than {PatienceMax.TotalSeconds:0} s. Warnings:\n{Log}");
            }

            Clock.Advance(StallMax * 2);
        }

        await work;
    }

    private void MoveOn()
    {
        beatsStill = Clock.GetUtcNow() == seen ? beatsStill + 1 : 0;
        if (beatsStill > BeatsStill)
        {
            Clock.Advance(Beat);
        }

        seen = Clock.GetUtcNow();
    }

    private async Task Pass(TimeSpan time)
    {
        Clock.Advance(time);
        var since = Stopwatch.StartNew();
        for (var quiet = 0; quiet < 2 && since.Elapsed < StallMax;)
        {
            await Task.Delay(1); // Others act now; the clock of the world stands.
            quiet = Silo.Fate.IsQuiet && Silo.Calls.IsQuiet ? quiet + 1 : 0;
        }
    }

    private async Task<AppId> MakeApp()
    {
        var app = new AppId(Guid.NewGuid());
        var package = new PackageId(Guid.NewGuid());
        var droplet = new DropletId(Guid.NewGuid());
        var grain = Silo.Grains.GetGrain<IAppGrain>(Keys.App(app));
        Accepted(await grain.Create($"app-{app}", Home.Space, Lifecycle.Docker, Metadata.Empty, ImmutableSortedDictionary<string, string?>.Empty));
        Accepted(await Silo.Grains.GetGrain<IPackageGrain>(Keys.Package(package)).Create(app, Lifecycle.Docker, "granary/busybox:test"));
        Accepted(await Silo.Grains.GetGrain<IDropletGrain>(Keys.Droplet(droplet)).Stage(package, new StagingWish()));
        Accepted(await grain.AssignDroplet(droplet));
        return app;
    }

    /// <summary>Puts a running container there that no silo made.</summary>
    public async Task<AttemptKey> Stray(AttemptKey attempt, string command = "wait")
    {
        var spec = new ContainerSpec(
            new CellId("cell-1"),
            attempt,
            new ContainerSource("granary/busybox:test", null),
            ["/bin/sh", "-c", command],
            null,
            "/",
            ImmutableSortedDictionary<string, string>.Empty,
            new ContainerLimits(64, 64, 2, 64),
            ContainerNetwork.None,
            TimeSpan.FromSeconds(10));
        await Engine.Create(spec, CancellationToken.None);
        await Engine.Start(attempt, CancellationToken.None);
        return attempt;
    }

    private static void Accepted<T>(Answer<T> answer) => Assert.Null(answer.Refusal);
}
