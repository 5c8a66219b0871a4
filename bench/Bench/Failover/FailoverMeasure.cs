using System.Diagnostics;
using Docker.DotNet;
using Docker.DotNet.Models;
using Granary.Core.Leases;
using Granary.Testing;
using TaskState = Granary.Core.Tasks.TaskState;

namespace Granary.Bench.Failover;

/// <summary>
/// A host is lost with eight tasks on it: from the death of its warden, silo, engine and containers to the processes of the new attempts elsewhere. The floor is
/// what no rule can save: the lease that must lapse, and the engines' own time to start as many containers.
/// </summary>
internal static class FailoverMeasure
{
    private const int TasksPerHost = 8;
    private const int Hosts = 3;

    /// <param name="drops">All packets of the host are dropped first, and then it is killed: its connections do not break.</param>
    public static async Task<Times> Run(string name, int rounds, bool drops)
    {
        await using var hosts = await HostsUnderTest.Up(drops ? "failcut" : "failover", Hosts, networks: drops);
        var (all, detect, place, start, floor) = (new List<double>(), new List<double>(), new List<double>(), new List<double>(), new List<double>());
        var loads = new List<string>();
        for (var round = 0; round < rounds; round++)
        {
            floor.Add(await BareStart((await hosts.Cluster.Silos()).Skip(1).Select(each => each.Engine)));
            loads.Add(await File.ReadAllTextAsync("/proc/loadavg"));
            var tasks = await hosts.Running(TasksPerHost * Hosts);
            var victim = (await hosts.Cluster.Silos())[1 + (round % (Hosts - 1))]; // The first is the one that is asked.
            var lost = tasks.Where(each => each.Cell?.Name == victim.Cell).ToArray();

            var dead = hosts.Gone(victim.WardenPid!.Value);
            var cutAt = hosts.Witness.Now;
            if (drops)
            {
                await hosts.Cluster.Cut(victim.Cell);
            }

            await hosts.Cluster.KillHost(victim.Cell);
            var diedAt = drops ? cutAt : await dead;
            var wallAt = TimeProvider.System.GetUtcNow() - (hosts.Witness.Now - diedAt);
            await HostsUnderTest.Until(() => Task.FromResult(lost.All(each => Second(hosts, each) is not null)), "the new attempts");
            foreach (var task in await hosts.Rows(lost))
            {
                var entries = task.Story.Entries.Where(each => each.At > wallAt).ToArray();
                var seen = (Second(hosts, task)!.Value - diedAt).TotalSeconds;
                all.Add(seen);
                detect.Add((entries.First(each => each.Text.StartsWith("PENDING", StringComparison.Ordinal)).At - wallAt).TotalSeconds);
                place.Add((entries.First(each => each.Text.StartsWith("RUNNING", StringComparison.Ordinal)).At - wallAt).TotalSeconds - detect[^1]);
                start.Add(seen - detect[^1] - place[^1]);
            }

            await Console.Error.WriteLineAsync($"{name}, round {round + 1}: {lost.Length} attempts elsewhere within {all.TakeLast(lost.Length).Max():0.0} s, load before {loads[^1][..4]}");
            if (drops)
            {
                await hosts.Cluster.Heal();
            }

            await hosts.Cluster.Up();
            await hosts.AllUp();
            await hosts.End(tasks);
        }

        var lapse = LeasePolicy.Default.LapseAfter.TotalSeconds;
        return new Times(
            [
                Span.Of("new attempts' processes run", all, drops ? 9 : 6, drops ? 14 : 10),
                Span.Of("detected: the lease has lapsed and the task is told", detect),
                Span.Of("placed on another cell", place),
                Span.Of("started there", start),
                Span.Of($"floor: the engines alone start {TasksPerHost} containers", floor),
            ],
            (lapse + Rounds.Median(floor)) / Rounds.Median(all),
            new Dictionary<string, string>
            {
                ["ratio"] = $"the lease's {lapse:0} s and the floor to all of it",
                ["load before each round"] = string.Join(' ', loads.Select(each => each.Split(' ')[0])),
                ["witness' longest gap"] = $"{hosts.Witness.LongestGap.TotalMilliseconds:0} ms",
            });
    }

    private static TimeSpan? Second(HostsUnderTest hosts, TaskState task) => hosts.Witness.Of(task.Id.Value).FirstOrDefault(each => each.Attempt == 2)?.First;

    /// <summary>The slowest of as many containers as one host had, on the engines that are left, all at once: on each as many as a cell starts at a time on three cores or more.</summary>
    private static async Task<double> BareStart(IEnumerable<string> engines)
    {
        var clients = engines.Select(each => new DockerClientBuilder().WithEndpoint(new Uri(each)).Build()).ToArray();
        var watch = Stopwatch.StartNew();
        var ids = await Task.WhenAll(Enumerable.Range(0, TasksPerHost).Select(async each =>
        {
            var docker = clients[each % clients.Length];
            var made = await docker.Containers.CreateContainerAsync(new CreateContainerParameters { Image = SharedEngine.BusyboxImage, Cmd = ["sleep", "600"], HostConfig = new HostConfig { Init = true } });
            await docker.Containers.StartContainerAsync(made.ID, new ContainerStartParameters());
            return (docker, made.ID);
        }));
        var took = watch.Elapsed.TotalSeconds;
        foreach (var (docker, id) in ids)
        {
            await docker.Containers.RemoveContainerAsync(id, new ContainerRemoveParameters { Force = true });
        }

        Array.ForEach(clients, each => each.Dispose());
        return took;
    }
}
