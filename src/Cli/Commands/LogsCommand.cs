using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Granary.Cli.Http;
using Granary.Cli.Output;

namespace Granary.Cli.Commands;

internal static class LogsCommand
{
    private static readonly Option<bool> Recent = new("--recent") { Description = "Show what there is and end, instead of following." };
    private static readonly Option<int?> OfTask = new("--task") { Description = "Only this task, by its number within the app. Following ends with the task.", HelpName = "TASK_ID", CustomParser = Shared.ReadTaskNumber };

    public static Command Create()
    {
        var name = Shared.App();
        var command = new Command("logs", "Shows the log of an app, its instances and tasks, and follows it.") { name, Recent, OfTask, Shared.Patience, Shared.Output };
        Session.Act(command, async (parsed, session, cancellation) =>
        {
            var app = parsed.GetRequiredValue(name);
            var (guid, task) = parsed.GetValue(OfTask) is { } number
                ? await session.TaskGuid(app, number, cancellation)
                : (Session.Guid(await session.App(app, cancellation)), null as string);
            var reading = new Reading(session, guid, task, Follows: !parsed.GetValue(Recent));
            await reading.ToEnd(Shared.Given(parsed, Shared.Patience), cancellation);
        });
        return command;
    }

    /// <summary>Reads lines, and goes on after the last one it saw when the server was away.</summary>
    private sealed record Reading(Session Session, string App, string? Task, bool Follows)
    {
        private long fromNanos;

        public async Task ToEnd(TimeSpan patience, CancellationToken cancellation)
        {
            while (true)
            {
                using var response = await TaskWait.Patiently(patience, () => Session.Api.Open(Path(), cancellation), cancellation);
                try
                {
                    await Show(response, cancellation);
                    return;
                }
                catch (Exception fault) when (Follows && fault is HttpRequestException or IOException and not FileNotFoundException)
                {
                    Terminal.Note($"The server broke off, going on where it stopped: {Shown.Harmless(fault.Message)}");
                }
            }
        }

        private string Path()
        {
            var query = new List<string>();
            if (Task is not null)
            {
                query.Add($"task={Task}");
            }

            if (Follows)
            {
                query.Add("follow=true");
            }

            if (fromNanos > 0)
            {
                query.Add(string.Create(CultureInfo.InvariantCulture, $"from={fromNanos}"));
            }

            return $"/api/apps/{App}/logs{(query.Count > 0 ? "?" : "")}{string.Join('&', query)}";
        }

        private async Task Show(HttpResponseMessage response, CancellationToken cancellation)
        {
            using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(cancellation), Encoding.UTF8);
            while (await lines.ReadLineAsync(cancellation) is { } json)
            {
                if (json.Length == 0)
                {
                    continue; // Keeps the connection open.
                }

                using var document = Parse(json);
                var line = document.RootElement;
                Show(line, json);
                fromNanos = Math.Max(fromNanos, (line.Number("at_nanos") ?? 0) + 1);
            }
        }

        private void Show(JsonElement line, string json)
        {
            if (Session.InJson)
            {
                Session.Terminal.Line(json);
                return;
            }

            // As cf shows it; the place after the source is the instance's index, and 0 for a task.
            var at = DateTimeOffset.UnixEpoch.AddTicks((line.Number("at_nanos") ?? 0) / 100).ToString("yyyy-MM-dd'T'HH:mm:ss.ff'+0000'", CultureInfo.InvariantCulture);
            var head = $"   {at} [{Shown.Harmless(line.Text("source"))}/{Shown.Harmless(line.Text("instance") ?? "0")}] {(line.Text("stream") is "error" or "ERR" ? "ERR" : "OUT")} ";
            var text = line.Text("text") ?? "";
            // A program reads the bytes as they were written; a terminal must not obey them.
            if (Session.Terminal.IsTerminal)
            {
                Session.Terminal.Line(head + Shown.HarmlessLine(text));
            }
            else if (line.At("base64") is { ValueKind: JsonValueKind.String } base64 && base64.TryGetBytesFromBase64(out var bytes))
            {
                Session.Terminal.Raw([.. Encoding.UTF8.GetBytes(head), .. bytes, (byte)'\n']);
            }
            else
            {
                Session.Terminal.Line(head + text);
            }
        }

        private static JsonDocument Parse(string json)
        {
            try
            {
                return JsonDocument.Parse(json);
            }
            catch (JsonException fault)
            {
                throw new FailureException("The server sent a line of log that is no JSON: it does not answer as Granary does.", fault);
            }
        }
    }
}
