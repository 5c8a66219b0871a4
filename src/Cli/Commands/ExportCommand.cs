using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Granary.Cli.Http;
using Granary.Cli.Simulate;

namespace Granary.Cli.Commands;

/// <summary>Writes what happened in a cluster as a scenario: its cells, its tasks and apps as they came and ran, and the losses that their stories tell of.</summary>
internal static class ExportCommand
{
    public static Command Create()
    {
        var command = new Command("export", "Writes the cluster's cells, tasks, apps and losses as a scenario, for 'granary simulate'.");
        Session.Act(command, async (_, session, cancellation) =>
        {
            var cells = await session.Api.Get("/api/cells", cancellation);
            var tasks = await Tasks(session.Api, cancellation);
            var apps = await Apps(session.Api, cancellation);
            var began = tasks.Concat(apps.SelectMany(each => each.Instances)).Select(each => each.Instant("created_at")).OfType<DateTimeOffset>().DefaultIfEmpty(DateTimeOffset.UnixEpoch).Min();
            var life = new Life(began);
            IEnumerable<string> lines =
            [
                string.Create(CultureInfo.InvariantCulture, $"# Exported: {tasks.Count} tasks and {apps.Count} processes of apps since {began:u}"),
                .. cells.Items("resources").Select(Life.Cell),
                .. tasks.Select(life.Task),
                .. apps.Select(each => life.App(each.Process, each.Instances)),
                .. life.Faults(tasks.Concat(apps.SelectMany(each => each.Instances))),
            ];
            foreach (var line in lines)
            {
                session.Terminal.Line(line);
            }
        });
        return command;
    }

    private static async Task<IReadOnlyList<JsonElement>> Tasks(ApiClient api, CancellationToken cancellation)
    {
        var tasks = new List<JsonElement>();
        foreach (var task in await api.All("/v3/tasks?order_by=created_at", cancellation))
        {
            tasks.Add(await api.Get($"/api/tasks/{Session.Guid(task)}", cancellation));
        }

        return tasks;
    }

    /// <summary>The processes that are to be up, with their instances.</summary>
    private static async Task<IReadOnlyList<(JsonElement Process, IReadOnlyList<JsonElement> Instances)>> Apps(ApiClient api, CancellationToken cancellation)
    {
        var found = new List<(JsonElement, IReadOnlyList<JsonElement>)>();
        foreach (var app in (await api.All("/v3/apps?order_by=created_at", cancellation)).Where(each => each.Text("state") == "STARTED"))
        {
            foreach (var process in (await api.All($"/v3/apps/{Session.Guid(app)}/processes", cancellation)).Where(each => each.Number("instances") > 0))
            {
                var instances = await Instances(api, $"/api/apps/{Session.Guid(app)}/processes/{Uri.EscapeDataString(process.Text("type")!)}/instances", process.Number("instances") ?? 0, cancellation);
                if (instances.Count > 0)
                {
                    found.Add((process, instances));
                }
            }
        }

        return found;
    }

    /// <summary>Those that there are: a process without a command has none.</summary>
    private static async Task<IReadOnlyList<JsonElement>> Instances(ApiClient api, string path, long count, CancellationToken cancellation)
    {
        var instances = new List<JsonElement>();
        for (var index = 0; index < count; index++)
        {
            try
            {
                instances.Add(await api.Get($"{path}/{index}", cancellation));
            }
            catch (ApiException fault) when (fault.Status == HttpStatusCode.NotFound)
            {
                return instances;
            }
        }

        return instances;
    }
}
