using Granary.Testing;

namespace Granary.Bench.Failover;

/// <summary>The serving silo is killed under twenty tasks: until another candidate, or the same silo started again by its warden, follows their logs again. Nothing restarts.</summary>
internal static class AdoptionMeasure
{
    private const int Tasks = 20;
    private const string Counting = "i=0; while :; do i=$((i+1)); echo $i; sleep 0.1; done";

    public static async Task<Times> Run(int rounds)
    {
        var other = await Of(rounds, "adopt2", silos: 2, sharedEngine: true);
        var same = await Of(rounds, "adopt3", silos: 3, sharedEngine: false);
        return new Times(
            [
                Span.Of("another candidate follows all logs again", other),
                Span.Of("the same silo, started by its warden, follows them again", same),
            ],
            Rounds.Median(other) / Rounds.Median(same),
            new Dictionary<string, string> { ["ratio"] = "another candidate to the same silo", ["tasks"] = $"{Tasks}, ten lines a second each", ["restarts"] = "0" });
    }

    private static async Task<List<double>> Of(int rounds, string name, int silos, bool sharedEngine)
    {
        await using var hosts = await HostsUnderTest.Up(name, silos, sharedEngine);
        var times = new List<double>();
        for (var round = 0; round < rounds; round++)
        {
            var tasks = await hosts.Running(Tasks, Counting);
            var all = await hosts.Cluster.Silos();
            var cell = (await hosts.Client.Cells()).OrderByDescending(each => each.Attempts).First(each => sharedEngine || each.Id.Name != all[0].Cell);
            var server = all.Single(each => cell.Server.StartsWith($"{each.Name} ", StringComparison.Ordinal));
            await hosts.Connect(all.First(each => each != server));
            var here = tasks.Where(each => each.Cell == cell.Id).ToArray();

            Signal.Kill.To(server.Pid!.Value);
            var killedAt = hosts.Witness.Now;
            var killedWall = TimeProvider.System.GetUtcNow();
            // A line that was written half a second after the death can only have been stored by whoever came next.
            var next = killedWall + TimeSpan.FromSeconds(0.5);
            await HostsUnderTest.Until(async () => (await Task.WhenAll(here.Select(each => hosts.HasLineAfter(each, next)))).All(each => each), "the logs to go on");
            times.Add((hosts.Witness.Now - killedAt).TotalSeconds);
            await Console.Error.WriteLineAsync($"{name}, round {round + 1}: {here.Length} logs followed again after {times[^1]:0.0} s");
            await hosts.NothingRestarted(tasks);
            await hosts.AllUp();
            await hosts.End(tasks);
        }

        return times;
    }
}
