using System.CommandLine;
using System.Text.Json.Nodes;
using Granary.Cli.Http;

namespace Granary.Cli.Commands;

internal static class ScaleCommand
{
    public static Command Create()
    {
        var app = Shared.App();
        var process = InstanceCommand.Process();
        var instances = new Option<int?>("--instances", "-i") { Description = "How many instances are to be up. Taken at once.", HelpName = "N", CustomParser = Sizes.CountOf("instances") };
        var memory = new Option<int?>("--memory", "-m") { Description = "Memory of each instance, for example 64M. Taken by the next start.", HelpName = "SIZE", CustomParser = Sizes.Megabytes };
        var disk = new Option<int?>("--disk", "-k") { Description = "Disk of each instance, for example 256M. Taken by the next start.", HelpName = "SIZE", CustomParser = Sizes.Megabytes };
        var rate = new Option<long?>("--log-rate-limit", "-l") { Description = "Output of each instance in a second, for example 16K, or -1 for no limit. Taken by the next start.", HelpName = "RATE", CustomParser = Sizes.Bytes };
        var force = new Option<bool>("--force", "-f") { Description = "Restart a started app, so that new sizes are taken now." };
        var command = new Command("scale", "Shows or changes how many instances of a process are up, and what each may use.") { app, process, instances, memory, disk, rate, force, Shared.Patience, Shared.Output };
        Session.Act(command, async (parsed, session, cancellation) =>
        {
            var found = await session.App(parsed.GetRequiredValue(app), cancellation);
            var guid = Session.Guid(found);
            var wish = new JsonObject();
            Add(wish, "instances", parsed.GetValue(instances));
            Add(wish, "memory_in_mb", parsed.GetValue(memory));
            Add(wish, "disk_in_mb", parsed.GetValue(disk));
            Add(wish, "log_rate_limit_in_bytes_per_second", parsed.GetValue(rate));
            var path = $"/v3/apps/{guid}/processes/{Uri.EscapeDataString(parsed.GetRequiredValue(process))}";
            var scaled = wish.Count == 0 ? await session.Api.Get(path, cancellation) : await session.Api.Post($"{path}/actions/scale", wish, cancellation);
            var resizes = wish.Count > (wish.ContainsKey("instances") ? 1 : 0) && found.Text("state") == "STARTED";
            if (resizes && parsed.GetValue(force))
            {
                await session.Api.Post($"/v3/apps/{guid}/actions/restart", null, cancellation);
                await Starting.Finish(session, guid, Shared.Given(parsed, Shared.Patience), cancellation);
            }
            else
            {
                if (resizes)
                {
                    Output.Terminal.Note("New sizes are taken by the next start: 'granary restart APP', or -f here.");
                }

                await Starting.Finish(session, guid, null, cancellation);
            }

            if (session.InJson)
            {
                session.Terminal.Json(scaled);
            }
        });
        return command;
    }

    private static void Add(JsonObject wish, string name, long? value)
    {
        if (value is { } number)
        {
            wish[name] = number;
        }
    }
}
