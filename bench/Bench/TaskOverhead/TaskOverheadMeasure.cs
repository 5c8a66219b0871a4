using Docker.DotNet;
using Docker.DotNet.Models;
using Granary.Core.Tasks;
using Granary.Testing;

namespace Granary.Bench.TaskOverhead;

/// <summary>
/// Tasks per second of <c>true</c> through the whole product (a silo process on SQLite, submitted and awaited by <see cref="Client.GranaryClient"/>)
/// against a bare loop of create, start, wait and remove on the same engine.
/// </summary>
internal static class TaskOverheadMeasure
{
    private const int TasksPerFlight = 8;
    private static readonly int[] Flights = [1, 4];

    public static async Task<Outcome> Run(int rounds)
    {
        await using var engine = await PrivateEngine.StartAsync("bench");
        await engine.LoadBusybox();
        await using var silo = await SiloUnderTest.Up(engine.SocketUri);
        using var docker = new DockerClientBuilder().WithEndpoint(new Uri(engine.SocketUri)).Build();
        var app = await silo.Client.PushImage("bench", SharedEngine.BusyboxImage);
        var floor = new BareContainers(docker);
        var figures = await Rounds.Run(Flights.Select(inFlight => new Pair($"{inFlight} at a time", inFlight, TasksPerFlight * inFlight, OneTask, floor.Run, NothingLeft)), rounds);
        var version = await docker.System.GetVersionAsync();
        return new Outcome(figures, new Dictionary<string, string> { ["engine"] = $"Docker {version.Version}", ["database"] = "SQLite", ["item"] = "one task of `true` in busybox, 32 MB of memory, 16 MB of disk, with a network" });

        async Task OneTask()
        {
            var task = await silo.Client.Run(app.Id, new TaskSubmission { Command = "true", MemoryMb = BareContainers.MemoryMb, DiskMb = 16 });
            var ended = await silo.Client.Wait(task.Id);
            if (ended is not { Phase: TaskPhase.Succeeded, Attempt: 1 })
            {
                throw new InvalidOperationException($"A task of the measure did not end as it should: {ended.Phase}, attempt {ended.Attempt}, {ended.FailureReason}.\n{silo.Said}");
            }
        }

        async Task NothingLeft()
        {
            // The floor removes its containers within its time, so Granary's removals count too.
            while ((await docker.Containers.ListContainersAsync(new ContainersListParameters { All = true })).Count > 0)
            {
                await Task.Delay(5);
            }
        }
    }
}
