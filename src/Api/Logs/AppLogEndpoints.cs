using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Granary.Api.Access;
using Granary.Api.Errors;
using Granary.Api.Wire;
using Granary.Client;
using Granary.Core.Access;
using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Runtime;
using Granary.Core.Tasks;
using Granary.Grains.Ports;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Granary.Api.Logs;

/// <summary>One line of log as Granary's own endpoint shows it.</summary>
/// <param name="AtNanos">Nanoseconds since 1970; strictly rising within an app: ask for one more than the last to go on.</param>
/// <param name="Instance">The index of the instance; "0" for a task, as Cloud Foundry has it.</param>
/// <param name="Text">As UTF-8; bytes that are none become U+FFFD.</param>
/// <param name="Base64">The bytes, when <paramref name="Text"/> could not hold them.</param>
internal sealed record ShownLine(
    string At,
    long AtNanos,
    string Source,
    string Instance,
    string Stream,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? TaskGuid,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? InstanceGuid,
    int Attempt,
    long Sequence,
    string Text,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Base64)
{
    public static ShownLine Of(LogLine line)
    {
        var text = Encoding.UTF8.GetString(line.Text.Span);
        var (source, instance) = LogSources.Split(line.Source);
        var guid = line.Attempt.Work.ToString("D");
        var kind = Envelope.KindOf(line);
        return new ShownLine(
            WireJson.Instant(DateTimeOffset.UnixEpoch.AddTicks(line.AtNanos / TimeSpan.NanosecondsPerTick)),
            line.AtNanos,
            source,
            instance,
            line.Stream == OutputStream.Out ? "OUT" : "ERR",
            kind == Envelope.OfTask ? guid : null,
            kind == Envelope.OfInstance ? guid : null,
            line.Attempt.Number,
            line.Sequence,
            text,
            text.Contains('\uFFFD', StringComparison.Ordinal) ? Convert.ToBase64String(line.Text.Span) : null);
    }
}

/// <summary>An app's log as lines of JSON, for as long as somebody reads.</summary>
internal static class AppLogEndpoints
{
    private static readonly byte[] LineEnd = [(byte)'\n'];

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/api/apps/{guid}/logs", Read).WithMetadata(TimeAllowed.Endless).Asks(Right.SeeApps, Thing.App);

    private static async Task Read(string guid, HttpContext http, GranaryClient granary)
    {
        var app = await granary.GetApp(guid, http.RequestAborted);
        var wish = Wish.Read(http.Request.Query);
        if (wish.Task is { } task && (await granary.FindTask(task, http.RequestAborted))?.App != app.Id)
        {
            throw new CfException(CfError.NotFound("Task"));
        }

        http.Response.ContentType = "application/x-ndjson; charset=utf-8";
        // Whoever follows a quiet app must not wait for the first line to know that it was found.
        await http.Response.Body.FlushAsync(http.RequestAborted);
        await foreach (var line in Lines(granary, app.Id, wish, http.RequestAborted))
        {
            await JsonSerializer.SerializeAsync(http.Response.Body, ShownLine.Of(line), WireJson.Options, http.RequestAborted);
            await http.Response.Body.WriteAsync(LineEnd, http.RequestAborted);
            if (wish.Follows)
            {
                await http.Response.Body.FlushAsync(http.RequestAborted);
            }
        }
    }

    private static IAsyncEnumerable<LogLine> Lines(GranaryClient granary, AppId app, Wish wish, CancellationToken cancellation) => wish.Follows
        ? granary.FollowLogs(app, wish.Task, wish.FromNanos, cancellation)
        : granary.ReadLogs(app, wish.Task, wish.FromNanos, cancellation);

    private sealed record Wish(TaskId? Task, bool Follows, long FromNanos)
    {
        public static Wish Read(IQueryCollection query)
        {
            if (query.Keys.Except(["task", "follow", "from"]).ToArray() is { Length: > 0 } unknown)
            {
                throw new CfException(CfError.BadQuery($"Unknown query parameter(s): {string.Join(", ", unknown.Select(each => $"'{each}'"))}. Valid parameters are: 'task', 'follow', 'from'"));
            }

            var from = query["from"].ToString();
            if (!long.TryParse(from.Length == 0 ? "0" : from, NumberStyles.None, CultureInfo.InvariantCulture, out var nanos))
            {
                throw new CfException(CfError.BadQuery("from must be nanoseconds since 1970"));
            }

            return new Wish(query["task"].ToString() is { Length: > 0 } task ? new TaskId(Guids.Parse(task, "Task")) : null, ReadTruth(query["follow"].ToString()), nanos);
        }

        private static bool ReadTruth(string text) => text switch
        {
            "" or "false" => false,
            "true" => true,
            _ => throw new CfException(CfError.BadQuery("follow must be true or false")),
        };
    }
}
