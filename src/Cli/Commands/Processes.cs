using System.Globalization;
using System.Text.Json;
using Granary.Cli.Http;
using Granary.Cli.Output;

namespace Granary.Cli.Commands;

/// <summary>The processes of an app with their instances, asked for together and shown as cf shows them.</summary>
internal sealed class Processes(Session session, string app)
{
    private const string Running = "RUNNING";
    private const string Crashed = "CRASHED";
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(250);

    /// <summary>Cloud Foundry's startup timeout.</summary>
    private static readonly TimeSpan StartMax = TimeSpan.FromMinutes(5);

    /// <summary>Each process with its instances; one of which none is asked for has none.</summary>
    public async Task<IReadOnlyList<(JsonElement Process, IReadOnlyList<JsonElement> Instances)>> Get(CancellationToken cancellation)
    {
        var all = new List<(JsonElement, IReadOnlyList<JsonElement>)>();
        foreach (var process in await session.Api.All($"/v3/apps/{app}/processes", cancellation))
        {
            var stats = await session.Api.Get($"/v3/processes/{Session.Guid(process)}/stats", cancellation);
            all.Add((process, [.. stats.Items("resources")]));
        }

        return all;
    }

    /// <summary>Shows what runs of each process, and each instance.</summary>
    public async Task Show(CancellationToken cancellation)
    {
        var all = await Get(cancellation);
        var processes = new Listing(session.Terminal, "process", "command", "instances", "memory", "disk");
        foreach (var (process, instances) in all)
        {
            var whole = await session.Api.Get($"/v3/processes/{Session.Guid(process)}", cancellation); // A list hides commands.
            processes.Add(process.Text("type"), whole.Text("command") ?? "none", $"{instances.Count(each => each.Text("state") == Running)}/{process.Text("instances")}", $"{process.Text("memory_in_mb")}M", $"{process.Text("disk_in_mb")}M");
        }

        if (processes.IsEmpty)
        {
            return;
        }

        session.Terminal.Line();
        processes.Show();
        foreach (var (process, instances) in all.Where(each => each.Instances.Count > 0))
        {
            session.Terminal.Line();
            var listing = new Listing(session.Terminal, Shown.Harmless(process.Text("type")), "state", "since", "cell", "cpu", "memory", "disk", "details");
            foreach (var instance in instances)
            {
                listing.Add($"#{instance.Text("index")}", instance.Text("state")?.ToLowerInvariant(), Since(instance), instance.Text("host"), Cpu(instance), Used(instance, "mem"), Used(instance, "disk"), Why(instance));
            }

            listing.Show();
        }
    }

    /// <summary>Returns when every instance that is wanted is up. Fails when all of a process have crashed, or after Cloud Foundry's startup timeout.</summary>
    public async Task WaitUp(TimeSpan patience, CancellationToken cancellation)
    {
        var since = TimeProvider.System.GetTimestamp();
        var last = "";
        while (true)
        {
            var all = await TaskWait.Patiently(patience, () => Get(cancellation), cancellation);
            if (all.All(each => each.Instances.Count == 0))
            {
                Terminal.Note("No instance is wanted: 'granary scale APP --process TYPE -i N' says how many.");
                return;
            }

            if (all.All(each => each.Instances.All(instance => instance.Text("state") == Running)))
            {
                return;
            }

            var crashed = all.FirstOrDefault(each => each.Instances.Count > 0 && each.Instances.All(instance => instance.Text("state") == Crashed));
            if (crashed.Instances is [var first, ..])
            {
                throw new FailureException($"Process {Shown.Harmless(crashed.Process.Text("type"))} does not stay up: {Shown.Harmless(Why(first))}. TIP: 'granary logs APP --recent' shows what it said.");
            }

            if (TimeProvider.System.GetElapsedTime(since) > StartMax)
            {
                throw new FailureException($"Not all instances were up within {StartMax.TotalMinutes:0} min: {Words(all)}");
            }

            if (Words(all) is var now && now != last)
            {
                Terminal.Note(now);
                last = now;
            }

            await Task.Delay(PollEvery, cancellation);
        }
    }

    private static string Words(IEnumerable<(JsonElement Process, IReadOnlyList<JsonElement> Instances)> all) =>
        string.Join(", ", all.SelectMany(each => each.Instances).Where(each => each.Text("state") != Running)
            .Select(each => $"{Shown.Harmless(each.Text("type"))}#{each.Text("index")} is {Shown.Harmless(each.Text("state"))}{(Why(each) is { } why ? $" ({Shown.Harmless(why)})" : "")}"));

    private static string? Why(JsonElement instance) => instance.Text("granary", "why");

    private static string? Since(JsonElement instance) =>
        instance.Number("uptime") is { } uptime && instance.Text("state") == Running
            ? DateTimeOffset.UtcNow.AddSeconds(-uptime).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)
            : null;

    /// <summary>Of one core.</summary>
    private static string? Cpu(JsonElement instance) =>
        instance.Real("usage", "cpu") is { } cores ? string.Create(CultureInfo.InvariantCulture, $"{cores * 100:0.0}%") : null;

    /// <summary>With what is used of it, where that is known.</summary>
    private static string? Used(JsonElement instance, string resource) => instance.Number($"{resource}_quota") is not { } quota ? null
        : instance.Number("usage", resource) is { } used ? $"{Sizes.Short(used)} of {Sizes.Short(quota)}" : Sizes.Short(quota);
}
