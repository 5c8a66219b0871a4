using System.Globalization;
using System.Net;
using Docker.DotNet;
using Docker.DotNet.Models;
using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Runtime;
using Granary.Grains.Ports;
using Granary.Silo.Droplets;
using ContainerSpec = Granary.Core.Runtime.ContainerSpec;

namespace Granary.Silo.Docker;

/// <summary>The container engine of a cell, over Docker's own interface. One instance serves one cell.</summary>
public sealed class DockerRuntime : IContainerRuntime, IDisposable
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(50);

    private readonly DockerOptions options;
    private readonly TimeProvider clock;
    private readonly EngineConnection engine;
    private readonly EngineProcess process;
    private readonly EngineImages images;
    private readonly IdentityMark identity;
    private readonly TaskNetworks networks;
    private readonly SharedGroup group;
    private readonly ScratchSpace scratch;
    private readonly WritableSpace writable;
    private readonly ContainerStarts starts;
    private readonly OutputFollower output;
    private readonly LeftoverSweep sweep;
    private readonly AttemptLocks locks = new();

    public DockerRuntime(DockerOptions options, IDropletSource droplets, IDropletUnpacker unpacker, PasswordSeal seal, TimeProvider clock)
    {
        this.options = options;
        this.clock = clock;
        engine = new EngineConnection(new Uri(options.Endpoint));
        process = new EngineProcess(engine, options, clock);
        images = new EngineImages(engine, options, seal);
        identity = new IdentityMark(engine, options);
        networks = new TaskNetworks(engine, process, options, clock);
        group = new SharedGroup(engine, options);
        scratch = new ScratchSpace(Path.Combine(options.StateFolder, "scratch"), new DiskTemplates(Path.Combine(options.StateFolder, "templates")));
        var cache = new DropletCache(Path.Combine(options.StateFolder, "droplets"), droplets, unpacker, clock);
        writable = new WritableSpace(scratch, cache);
        starts = new ContainerStarts(engine, process, new CommandCheck(engine, options), options);
        output = new OutputFollower(engine, options, clock, Find);
        sweep = new LeftoverSweep(engine, options, scratch, cache, clock);
    }

    public async Task<EngineView> Describe(CancellationToken cancellation)
    {
        var system = await engine.Ask("describe the engine", options.RequestTimeout, (client, token) => client.System.GetSystemInfoAsync(token), cancellation);
        var marker = await identity.Read(cancellation);
        return new EngineView(
            system.Name,
            $"Docker {system.ServerVersion}",
            marker,
            (int)(system.MemTotal >> 20),
            scratch.CapacityMb(),
            (int)system.NCPU);
    }

    public Task Mark(string marker, CancellationToken cancellation) => identity.Write(marker, cancellation);

    public Task<EngineAnswer> Probe(CancellationToken cancellation) => process.Probe(cancellation);

    public bool IsGone(string process) => EngineProcess.IsGone(process);

    public async Task<CreateOutcome> Create(ContainerSpec spec, CancellationToken cancellation)
    {
        await sweep.Once(cancellation);
        using var turn = await locks.Take(spec.Attempt, cancellation);
        if (await Inspect(spec.Attempt, cancellation) is { } existing)
        {
            return Known(spec, existing);
        }

        try
        {
            return await CreateNew(spec, cancellation);
        }
        catch (Exception cause) when (cause is ImageMissingException or ScratchUnavailableException or NetworkUnavailableException or DropletUnavailableException)
        {
            return new CreateOutcome.Impossible(cause.Message);
        }
    }

    public async Task<StartOutcome> Start(AttemptKey attempt, CancellationToken cancellation)
    {
        using var turn = await locks.Take(attempt, cancellation);
        return await starts.Start(attempt, token => InspectOurs(attempt, token), cancellation);
    }

    public async Task<ContainerReport?> Find(AttemptKey attempt, CancellationToken cancellation) =>
        await InspectOurs(attempt, cancellation) is { } container ? ContainerReading.Report(container) : null;

    public async Task<IReadOnlyList<ContainerReport>> List(CellId cell, CancellationToken cancellation)
    {
        var parameters = new ContainersListParameters
        {
            All = true,
            Filters = new Dictionary<string, IDictionary<string, bool>> { ["label"] = new Dictionary<string, bool> { [$"{ContainerLabels.Cell}={cell.Name}"] = true } },
        };
        var containers = await engine.Ask("list containers", options.RequestTimeout, (client, token) => client.Containers.ListContainersAsync(parameters, token), cancellation);
        var reports = new List<ContainerReport>(containers.Count);
        foreach (var owner in containers.Select(container => ContainerLabels.Read(container.Labels)).Where(owner => owner?.Cell == cell))
        {
            // The list has neither exit codes nor instants. What was removed meanwhile is left out.
            if (await Find(owner!.Value.Attempt, cancellation) is { } report && report.Cell == cell)
            {
                reports.Add(report);
            }
        }

        return reports;
    }

    public Task<IAsyncEnumerable<OutputLine>> OpenOutput(AttemptKey attempt, OutputMarks from, CancellationToken cancellation) =>
        output.Open(attempt, from, cancellation);

    public async Task<IAsyncEnumerable<ReadOnlyMemory<byte>>?> OpenFiles(AttemptKey attempt, string path, CancellationToken cancellation)
    {
        const string What = "open files of a container";
        var container = await InspectOurs(attempt, cancellation) ?? throw new EngineUnavailableException($"Could not {What}: the engine has no container of {attempt} any more.");
        try
        {
            var parameters = new ContainerPathStatParameters { Path = path };
            var answer = await engine.Ask(What, options.RequestTimeout, (client, token) => client.Containers.GetArchiveFromContainerAsync(container.ID, parameters, statOnly: false, token), cancellation);
            return engine.Pieces(What, answer.Stream!, options.RequestTimeout, cancellation);
        }
        catch (DockerApiException answer) when (answer.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    public async Task<ContainerReport> Wait(AttemptKey attempt, CancellationToken cancellation)
    {
        while (true)
        {
            var report = await Find(attempt, cancellation) ?? throw new InvalidOperationException($"The engine has no container of {attempt}.");
            switch (report.Phase)
            {
                case ContainerPhase.Exited:
                    return report;
                case ContainerPhase.Running:
                    await WaitForEngine(report.Name, cancellation);
                    break;
                case ContainerPhase.Created:
                default:
                    // The engine's wait says 0 at once of a container that has not run.
                    await Task.Delay(LookAgain, clock, cancellation);
                    break;
            }
        }
    }

    public async Task<ContainerUsage?> Usage(AttemptKey attempt, CancellationToken cancellation)
    {
        if (await InspectOurs(attempt, cancellation) is not { State.Running: true } container || ContainerReading.Report(container)?.StartedAt is not { } startedAt)
        {
            return null;
        }

        var measured = new Measurement();
        try
        {
            var parameters = new ContainerStatsParameters { Stream = false, OneShot = true };
            await engine.Ask("measure a container", options.RequestTimeout, (client, token) => client.Containers.GetContainerStatsAsync(container.ID, parameters, measured, token), cancellation);
        }
        catch (DockerApiException answer) when (answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Conflict)
        {
            return null;
        }

        // Of one that ended meanwhile the engine says nothing, and gives no instant.
        return measured.Stats is { MemoryStats.Usage: > 0 } stats ? ContainerReading.Usage(stats, startedAt, scratch.UsedBytes(attempt)) : null;
    }

    public async Task Stop(AttemptKey attempt, TimeSpan grace, CancellationToken cancellation)
    {
        if (await InspectOurs(attempt, cancellation) is not { State.Running: true } container)
        {
            return;
        }

        var parameters = new ContainerStopParameters { WaitBeforeKillSeconds = (uint)Math.Ceiling(grace.TotalSeconds) };
        try
        {
            await engine.Ask("stop a container", grace + options.StopMargin, (client, token) => client.Containers.StopContainerAsync(container.ID, parameters, token), cancellation);
        }
        catch (DockerApiException answer) when (answer.StatusCode == HttpStatusCode.NotFound)
        {
            // Removed meanwhile: it is stopped.
        }
    }

    public async Task Remove(AttemptKey attempt, CancellationToken cancellation)
    {
        using var turn = await locks.Take(attempt, cancellation);
        var container = await Inspect(attempt, cancellation);
        if (container is not null && !IsOurs(container, attempt))
        {
            return;
        }

        while (container is not null)
        {
            await RemoveOnce(container.ID, cancellation);
            container = await InspectOurs(attempt, cancellation);
            if (container is not null)
            {
                // Somebody else's removal is at work.
                await Task.Delay(LookAgain, clock, cancellation);
            }
        }

        starts.Forget(attempt);
        scratch.Clear(attempt);
    }

    public void Dispose()
    {
        sweep.Dispose();
        starts.Dispose();
        networks.Dispose();
        engine.Dispose();
    }

    private async Task<CreateOutcome> CreateNew(ContainerSpec spec, CancellationToken cancellation)
    {
        var image = await images.Get(spec.Source, cancellation);
        using var reachable = spec.Network == ContainerNetwork.None ? null : await networks.Ensure(spec.Egress, cancellation);
        using var making = scratch.Hold(spec.Attempt);
        var folders = await writable.Make(spec, image, cancellation);
        var body = ContainerBody.Of(spec, folders, reachable?.Network, await group.Name(cancellation), options);
        try
        {
            await engine.Ask("create a container", options.RequestTimeout, (client, token) => client.Containers.CreateContainerAsync(body, token), cancellation);
            return new CreateOutcome.Created();
        }
        catch (DockerApiException answer) when (answer.StatusCode == HttpStatusCode.Conflict)
        {
            return await Inspect(spec.Attempt, cancellation) is { } winner ? Known(spec, winner) : throw engine.Unavailable("create a container", answer);
        }
        catch (DockerApiException answer)
        {
            scratch.Clear(spec.Attempt);
            return new CreateOutcome.Impossible($"the engine refuses the container: {EngineConnection.Words(answer)}");
        }
    }

    private static CreateOutcome Known(ContainerSpec spec, ContainerInspectResponse container) => ContainerReading.Report(container) switch
    {
        { } report when report.Cell == spec.Cell && report.Attempt == spec.Attempt => new CreateOutcome.Found(report),
        { } report => new CreateOutcome.NameTaken($"{report.Attempt} of cell {report.Cell}"),
        null => new CreateOutcome.NameTaken(string.Create(CultureInfo.InvariantCulture, $"a container that is not Granary's, made {container.Created:u} from {container.Config?.Image}")),
    };

    /// <summary>Whatever has the attempt's name, ours or not.</summary>
    private async Task<ContainerInspectResponse?> Inspect(AttemptKey attempt, CancellationToken cancellation)
    {
        try
        {
            return await engine.Ask("look at a container", options.RequestTimeout, (client, token) => client.Containers.InspectContainerAsync(attempt.ContainerName, token), cancellation);
        }
        catch (DockerApiException answer) when (answer.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    private async Task<ContainerInspectResponse?> InspectOurs(AttemptKey attempt, CancellationToken cancellation) =>
        await Inspect(attempt, cancellation) is { } container && IsOurs(container, attempt) ? container : null;

    private static bool IsOurs(ContainerInspectResponse container, AttemptKey attempt) => ContainerLabels.Read(container.Config?.Labels)?.Attempt == attempt;

    private async Task WaitForEngine(string name, CancellationToken cancellation)
    {
        try
        {
            await engine.Ask("wait for a container", Timeout.InfiniteTimeSpan, (client, token) => client.Containers.WaitContainerAsync(name, token), cancellation);
        }
        catch (DockerApiException answer) when (answer.StatusCode == HttpStatusCode.NotFound)
        {
            // Removed meanwhile: the next look says so.
        }
    }

    private async Task RemoveOnce(string id, CancellationToken cancellation)
    {
        var parameters = new ContainerRemoveParameters { Force = true, RemoveVolumes = true };
        try
        {
            await engine.Ask("remove a container", options.StartTimeout, (client, token) => client.Containers.RemoveContainerAsync(id, parameters, token), cancellation);
        }
        catch (DockerApiException answer) when (answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Conflict)
        {
            // Removed, or being removed, by another hand.
        }
    }

    /// <summary>The engine's answer is a stream that may go on; one of it is enough.</summary>
    private sealed class Measurement : IProgress<ContainerStatsResponse>
    {
        public ContainerStatsResponse? Stats { get; private set; }

        public void Report(ContainerStatsResponse value) => Stats ??= value;
    }
}
