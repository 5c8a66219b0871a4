using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Granary.Cli.Http;
using Granary.Cli.Output;

namespace Granary.Cli.Commands;

internal static class RunTaskCommand
{
    private static readonly Option<string> Command = new("--command", "-c") { Description = "What to run, one line for the shell.", HelpName = "COMMAND" };
    private static readonly Option<string> Process = new("--process") { Description = "Take the command from this process type of the app. Without a command: task.", HelpName = "TYPE" };
    private static readonly Option<string> Name = new("--name") { Description = "The task's name. Default: eight hex digits.", HelpName = "NAME" };
    private static readonly Option<int?> Memory = new("--memory", "-m") { Description = "Memory, for example 8M or 1G.", HelpName = "SIZE", CustomParser = Sizes.Megabytes };
    private static readonly Option<int?> Disk = new("--disk", "-k") { Description = "Disk, for example 64M or 1G.", HelpName = "SIZE", CustomParser = Sizes.Megabytes };
    private static readonly Option<long?> LogRate = new("--log-rate-limit", "-l") { Description = "Output per second, for example 16K; -1 is no limit.", HelpName = "RATE", CustomParser = Sizes.Bytes };
    private static readonly Option<int?> Deadline = new("--deadline") { Description = "From acceptance to the end, for example 90s or 2h; then the task is stopped and fails. At most 30d.", HelpName = "DURATION", CustomParser = Sizes.Seconds };
    private static readonly Option<int?> Retries = new("--retries") { Description = "New attempts after a failure of the command itself, 0 to 100. Default 0.", HelpName = "COUNT", CustomParser = Sizes.CountOf("attempts") };
    private static readonly Option<int?> Losses = new("--losses") { Description = "New attempts after a loss of what was under the command, 0 to 100. Default 2.", HelpName = "COUNT", CustomParser = Sizes.CountOf("attempts") };
    private static readonly Option<string> OnCellLoss = new("--on-cell-loss") { Description = "Whether a loss leads to a new attempt: move or fail. Default move.", HelpName = "move|fail" };
    private static readonly Option<string> Network = new("--network") { Description = "outbound or none. Default outbound.", HelpName = "outbound|none" };
    private static readonly Option<bool> Wait = new("--wait", "-w") { Description = "Wait for the end; exit with 1 if the task fails." };

    public static Command Create()
    {
        var app = Shared.App();
        OnCellLoss.AcceptOnlyFromAmong("move", "fail");
        Network.AcceptOnlyFromAmong("outbound", "none");
        Name.Validators.Add(result =>
        {
            // The server refuses it as Cloud Foundry does, with two words.
            if (result.Tokens is [{ Value: var given }] && given.Any(char.IsControl))
            {
                result.AddError("A task's name has no line end and no other control character.");
            }
        });
        var command = new Command("run-task", "Runs a command to completion in a container of its own.")
        {
            app, Command, Memory, Disk, LogRate, Name, Process, Wait, Deadline, Retries, Losses, OnCellLoss, Network, Shared.Patience, Shared.Output,
        };
        Session.Act(command, async (parsed, session, cancellation) =>
        {
            var name = parsed.GetRequiredValue(app);
            var guid = Session.Guid(await session.App(name, cancellation));
            var request = await Request(parsed, session, guid, cancellation);
            var patience = Shared.Given(parsed, Shared.Patience);
            var task = await Submit(session, guid, request, patience, cancellation);
            var number = task.Text("sequence_id");
            var ask = $"granary task {Shown.Harmless(name)} {number}";
            if (!parsed.GetValue(Wait))
            {
                Show(session, task, $"Task {number} ({Shown.Harmless(task.Text("name"))}) of app {Shown.Harmless(name)} was submitted. '{ask}' tells how it goes.");
                return ExitCode.Done;
            }

            Terminal.Note($"Task {number} ({Shown.Harmless(task.Text("name"))}) of app {Shown.Harmless(name)} was submitted, waiting for its end.");
            var wait = new TaskWait(session, patience);
            JsonElement end;
            try
            {
                end = await wait.UntilEnd(Session.Guid(task), cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                Terminal.Note($"Not waiting any longer; the task goes on. '{ask}' tells how it goes, 'granary terminate-task {Shown.Harmless(name)} {number}' stops it.");
                return ExitCode.Interrupted;
            }
            catch (NoAnswerException fault)
            {
                throw new FailureException($"{fault.Message}{Environment.NewLine}The task was submitted and its end is not known: '{ask}' tells it when the server is back.", fault);
            }

            var succeeded = end.Text("state") == "SUCCEEDED";
            Show(session, end, succeeded ? $"Task {number} has SUCCEEDED." : null);
            if (!succeeded)
            {
                Terminal.Note($"Task {number} has FAILED: {Shown.Harmless(end.Text("result", "failure_reason") ?? "no reason is known")}. '{ask}' tells its story, 'granary logs {Shown.Harmless(name)} --task {number} --recent' what it wrote.");
            }

            return succeeded ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }

    /// <summary>The task has the guid that we chose, so that asking again makes no second one.</summary>
    private static async Task<JsonElement> Submit(Session session, string app, JsonObject request, TimeSpan patience, CancellationToken cancellation)
    {
        try
        {
            return await TaskWait.Patiently(patience, () => session.Api.Post($"/v3/apps/{app}/tasks", request, cancellation), cancellation);
        }
        catch (NoAnswerException fault)
        {
            throw new FailureException($"{fault.Message}{Environment.NewLine}Whether the task was submitted is not known: 'granary tasks' tells it when the server is back.", fault);
        }
    }

    private static void Show(Session session, JsonElement task, string? words)
    {
        if (session.InJson)
        {
            session.Terminal.Json(task);
        }
        else if (words is not null)
        {
            session.Terminal.Line(words);
        }
    }

    private static async Task<JsonObject> Request(ParseResult parsed, Session session, string app, CancellationToken cancellation)
    {
        var (request, wishes) = (new JsonObject(), new JsonObject { ["guid"] = Guid.NewGuid().ToString("D") });
        Say("command", parsed.GetValue(Command));
        Say("name", parsed.GetValue(Name));
        Say("memory_in_mb", parsed.GetValue(Memory));
        Say("disk_in_mb", parsed.GetValue(Disk));
        Say("log_rate_limit_in_bytes_per_second", parsed.GetValue(LogRate));
        Wish("deadline_in_seconds", parsed.GetValue(Deadline));
        Wish("retries_max", parsed.GetValue(Retries));
        Wish("losses_max", parsed.GetValue(Losses));
        Wish("on_cell_loss", parsed.GetValue(OnCellLoss));
        Wish("network", parsed.GetValue(Network));
        // What Cloud Foundry does not know.
        request["granary"] = wishes;
        var type = parsed.GetValue(Process) ?? (request.ContainsKey("command") ? null : "task");
        if (type is not null)
        {
            var process = await FindProcess(session, app, type, cancellation)
                ?? throw new FailureException($"The app has no process type '{Shown.Harmless(type)}': name a command with --command, or a type that 'granary app' shows with --process.");
            request["template"] = new JsonObject { ["process"] = new JsonObject { ["guid"] = process } };
        }

        return request;

        // What was not said is not sent: the server has the defaults.
        void Say(string field, JsonNode? value) => Put(request, field, value);

        void Wish(string field, JsonNode? value) => Put(wishes, field, value);

        static void Put(JsonObject target, string field, JsonNode? value)
        {
            if (value is not null)
            {
                target[field] = value;
            }
        }
    }

    private static async Task<string?> FindProcess(Session session, string app, string type, CancellationToken cancellation)
    {
        var processes = await session.Api.All($"/v3/apps/{app}/processes?types={Uri.EscapeDataString(type)}", cancellation);
        return processes.Where(each => each.Text("type") == type).Select(each => each.Text("guid")).FirstOrDefault();
    }
}
