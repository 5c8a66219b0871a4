using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Granary.Cli.Http;
using Granary.Cli.Output;

namespace Granary.Cli.Commands;

/// <summary>Orders a drain and shows what is left. The drain does not depend on this command.</summary>
internal static class DrainCommand
{
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(500);

    /// <summary>After the deadline: the grace of a stop, and the telling. A cell that is not drained then has nobody who serves it.</summary>
    private static readonly TimeSpan AfterDeadlineMax = TimeSpan.FromMinutes(2);

    private static readonly Option<int?> Deadline = new("--deadline") { Description = "How long what runs may take to end by itself, for example 90s or 1h; then it is moved. Default 10m, at most 7d.", HelpName = "DURATION", CustomParser = Sizes.Seconds };
    private static readonly Option<string> Reason = new("--reason") { Description = "Why, for those who look at the cell.", HelpName = "TEXT" };
    private static readonly Option<bool> NoWait = new("--no-wait") { Description = "Order it and do not wait for its end." };

    public static Command Create()
    {
        var name = Shared.Cell();
        var command = new Command("drain", "Lets a cell take nothing new and let go of what it runs, and waits until nothing is left.") { name, Deadline, Reason, NoWait, Shared.Patience, Shared.Output };
        Session.Act(command, async (parsed, session, cancellation) =>
        {
            var path = $"/api/cells/{Uri.EscapeDataString(parsed.GetRequiredValue(name))}";
            var patience = Shared.Given(parsed, Shared.Patience);
            var ordered = await TaskWait.Patiently(patience, () => session.Api.Post($"{path}/actions/drain", Order(parsed), cancellation), cancellation);
            foreach (var warning in ordered.Items("warnings"))
            {
                Terminal.Note(Shown.Harmless(warning.GetString()));
            }

            var cell = ordered.At("cell") ?? throw new FailureException("The server's answer has no cell: it does not answer as Granary does.");
            var label = Shown.Harmless(cell.Text("name"));
            if (parsed.GetValue(NoWait))
            {
                Show(session, cell, Progress(cell));
                return ExitCode.Done;
            }

            try
            {
                cell = await UntilDrained(session, path, patience, cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                Terminal.Note($"Not waiting any longer; the drain goes on. 'granary cells' tells how it goes, 'granary uncordon {label}' ends it.");
                return ExitCode.Interrupted;
            }

            var isDrained = cell.Text("drain", "state") == "drained";
            Show(session, cell, isDrained ? $"{label} is drained." : null);
            if (!isDrained)
            {
                Terminal.Note(cell.Text("drain", "state") == "open"
                    ? $"{label} was uncordoned: it takes what comes."
                    : $"{label} is not drained {AfterDeadlineMax.TotalMinutes:0} min after its deadline ({Shown.Harmless(cell.Text("state"))}). The drain goes on.");
            }

            return isDrained ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }

    private static JsonObject Order(ParseResult parsed)
    {
        var order = new JsonObject();
        if (parsed.GetValue(Deadline) is { } seconds)
        {
            order["deadline_in_seconds"] = seconds;
        }

        if (parsed.GetValue(Reason) is { } reason)
        {
            order["reason"] = reason;
        }

        return order;
    }

    /// <summary>The cell when it is drained, when somebody has uncordoned it, or when nobody serves it who could let go.</summary>
    private static async Task<JsonElement> UntilDrained(Session session, string path, TimeSpan patience, CancellationToken cancellation)
    {
        var last = "";
        while (true)
        {
            var cell = await TaskWait.Patiently(patience, () => session.Api.Get(path, cancellation), cancellation);
            if (cell.Text("drain", "state") != "draining" || TimeProvider.System.GetUtcNow() - cell.Instant("drain", "deadline_at") > AfterDeadlineMax)
            {
                return cell;
            }

            var now = Progress(cell);
            if (now != last)
            {
                Terminal.Note(now);
                last = now;
            }

            await Task.Delay(PollEvery, cancellation);
        }
    }

    private static string Progress(JsonElement cell)
    {
        var label = Shown.Harmless(cell.Text("name"));
        var state = cell.Text("drain", "state");
        var left = cell.Text("attempts") switch
        {
            "1" => "1 attempt is left",
            var count => $"{count} attempts are left",
        };
        // What it says of itself is a moment old: then it is up, or draining already.
        var trouble = CellWords.Trouble(cell) is { } words ? $" ({Shown.Harmless(words)})" : "";
        return state == "drained" ? $"{label} is drained." : $"{label} is draining until {cell.Text("drain", "deadline_at")}: {left}{trouble}";
    }

    private static void Show(Session session, JsonElement cell, string? words)
    {
        if (session.InJson)
        {
            session.Terminal.Json(cell);
        }
        else if (words is not null)
        {
            session.Terminal.Line(words);
        }
    }
}
