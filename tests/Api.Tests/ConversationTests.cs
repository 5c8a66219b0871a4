using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Granary.Testing;

namespace Granary.Api.Tests;

/// <summary>
/// Says to the server what cf 7.3.0 said when commands were given to it, and looks for everything that cf reads in the answers. The conversations are files:
/// <code>
/// $ cf tasks training-app                          a command
/// GET /v3/apps/{app}/tasks                         what it sent; {app} was taken from an earlier answer
///     Content-Type: application/json               of its body, if it has one; the body follows, or the name of the file that holds it
/// 200 when resources.0.state=FAILED take a=guid    what it was answered; it asks again until that is so; what later requests need of it
/// </code>
/// What cf reads is in fields.txt, taken from its source.
/// </summary>
[Collection(ApiCollection.Name)]
public sealed partial class ConversationTests(ApiHost host)
{
    private static readonly string Folder = Repository.PathOf("tests", "Api.Tests", "conversations");

    private static readonly JsonNode Nothing = new JsonObject();

    private readonly Dictionary<string, string> taken = new()
    {
        ["space"] = "00000000-0000-4000-8000-000000000001",
        ["organization"] = "00000000-0000-4000-8000-000000000002",
    };

    public static TheoryData<string> Names => new(Directory.GetFiles(Folder, "*.txt").Select(Path.GetFileNameWithoutExtension).Where(each => each != "fields").Order(StringComparer.Ordinal)!);

    [Theory]
    [MemberData(nameof(Names))]
    public async Task What_cf_says_is_answered_as_cf_reads_it(string name)
    {
        var command = "";
        foreach (var part in Exchange.Read(await File.ReadAllLinesAsync(Path.Combine(Folder, $"{name}.txt"))))
        {
            command = part.Command ?? command;
            var answer = await Answer(part, command);
            foreach (var (key, path) in part.Takes)
            {
                taken[key] = path == "location" ? answer.Location![(answer.Location!.LastIndexOf('/') + 1)..] : Fields.At(answer.Body, path)?.ToString() ?? throw new InvalidOperationException($"'{command}': {part.Request} has no {path}");
            }
        }
    }

    private async Task<(JsonNode Body, string? Location)> Answer(Exchange part, string command)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            using var request = part.Message(Filled);
            using var response = await host.Http.SendAsync(request);
            var text = await response.Content.ReadAsStringAsync();
            Assert.True(part.Status == (int)response.StatusCode, $"'{command}': {Filled(part.Request)} was answered with {(int)response.StatusCode}: {text}");
            var body = text.Length == 0 ? Nothing : JsonNode.Parse(text)!;
            Assert.Empty(Fields.Missing(part.Request, (int)response.StatusCode, body).Select(each => $"'{command}': {part.Request}: {each}"));
            if (part.Whens.All(each => Fields.At(body, each.Path)?.ToString() == each.Value))
            {
                return (body, response.Headers.Location?.ToString());
            }

            Assert.False(patience.IsCancellationRequested, $"'{command}': {part.Request} is not {string.Join(", ", part.Whens)} in time, but {text}");
            await Task.Delay(50);
        }
    }

    private string Filled(string text) => Hole().Replace(text, match => taken[match.Groups[1].Value]);

    [GeneratedRegex(@"\{([a-z-]+[0-9]*)\}")]
    private static partial Regex Hole();

    /// <summary>A request and its answer, as a file tells them.</summary>
    private sealed record Exchange(string? Command, string Request, string? ContentType, IReadOnlyList<string> Body, int Status, IReadOnlyList<(string Path, string Value)> Whens, IReadOnlyList<(string Name, string Path)> Takes)
    {
        public static IEnumerable<Exchange> Read(string[] lines)
        {
            string? command = null;
            for (var next = 0; next < lines.Length; next++)
            {
                if (lines[next].StartsWith("$ ", StringComparison.Ordinal))
                {
                    command = lines[next][2..];
                }
                else if (lines[next].Length > 0 && lines[next][0] != '#')
                {
                    var request = lines[next];
                    var said = lines[(next + 1)..].TakeWhile(each => each.StartsWith("    ", StringComparison.Ordinal)).Select(each => each[4..]).ToArray();
                    next += said.Length + 1;
                    var answer = lines[next].Split(" take ", 2);
                    var status = answer[0].Split(" when ", 2);
                    yield return new Exchange(
                        command,
                        request,
                        said.Length == 0 ? null : said[0]["Content-Type: ".Length..],
                        said.Length == 0 ? [] : said[1..],
                        int.Parse(status[0], CultureInfo.InvariantCulture),
                        status.Length == 1 ? [] : Pairs(status[1]),
                        answer.Length == 1 ? [] : Pairs(answer[1]));
                }
            }
        }

        public HttpRequestMessage Message(Func<string, string> filled)
        {
            var words = Request.Split(' ', 2);
            var message = new HttpRequestMessage(new HttpMethod(words[0]), filled(words[1]));
            message.Headers.UserAgent.ParseAdd("cf/7.3.0+645c3ce6a.2021-08-13");
            message.Headers.Accept.ParseAdd("application/json");
            if (ContentType is not null)
            {
                message.Content = Body is [var line] && line.StartsWith("file: ", StringComparison.Ordinal)
                    ? new ByteArrayContent(File.ReadAllBytes(Path.Combine(Folder, line["file: ".Length..])))
                    : new ByteArrayContent(System.Text.Encoding.UTF8.GetBytes(filled(string.Join('\n', Body))));
                message.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(ContentType);
            }

            return message;
        }

        /// <summary>Values may have "=" in them, names and paths may not.</summary>
        private static (string, string)[] Pairs(string text) => [.. text.Split(' ').Select(each => each.Split('=', 2)).Select(each => (each[0], each[1]))];
    }

    /// <summary>What cf reads of an answer: fields.txt.</summary>
    private static class Fields
    {
        private static readonly (Regex Request, string Path, string Kind)[] All = [.. Read()];

        public static JsonNode? At(JsonNode? node, string path) =>
            path.Split('.').Aggregate(node, (at, name) => at is JsonArray list ? list.ElementAtOrDefault(int.Parse(name, CultureInfo.InvariantCulture)) : at?[name]);

        /// <summary>Fields that are not there, or are not what cf takes them for.</summary>
        public static IEnumerable<string> Missing(string request, int status, JsonNode body)
        {
            var known = All.Where(each => each.Request.IsMatch(request.Split('?')[0])).ToArray();
            return status >= 300 ? Faults(body, "errors[].code number\nerrors[].title text\nerrors[].detail text")
                : known.Length == 0 ? [$"fields.txt does not say what cf reads of {request}"]
                : known.SelectMany(each => Faults(body, each.Path.Split('.'), each.Kind).Select(fault => $"{each.Path} {fault}"));
        }

        private static IEnumerable<string> Faults(JsonNode body, string lines) =>
            lines.Split('\n').Select(each => each.Split(' ')).SelectMany(each => Faults(body, each[0].Split('.'), each[1]).Select(fault => $"{each[0]} {fault}"));

        private static IEnumerable<string> Faults(JsonNode? node, ReadOnlyMemory<string> path, string kind)
        {
            if (path.IsEmpty)
            {
                return Is(node, kind) ? [] : [$"is no {kind}, but {node?.ToJsonString() ?? "null"}"];
            }

            var (name, isList) = path.Span[0].EndsWith("[]", StringComparison.Ordinal) ? (path.Span[0][..^2], true) : (path.Span[0], false);
            var inner = name.Length == 0 ? node : node is JsonObject found && found.TryGetPropertyValue(name, out var value) ? value : null;
            var rest = path[1..];
            return !isList ? Faults(inner, rest, kind)
                : inner is JsonArray items ? items.SelectMany(each => Faults(each, rest, kind))
                : [$"is no list, but {inner?.ToJsonString() ?? "null"}"];
        }

        private static bool Is(JsonNode? node, string kind) => kind switch
        {
            _ when kind.EndsWith('?') => node is null || Is(node, kind[..^1]),
            "text" => node?.GetValueKind() == JsonValueKind.String,
            "number" => node?.GetValueKind() == JsonValueKind.Number && long.TryParse(node.ToJsonString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _),
            "truth" => node?.GetValueKind() is JsonValueKind.True or JsonValueKind.False,
            "object" => node is JsonObject,
            "list" => node is JsonArray,
            "time" => node?.GetValueKind() == JsonValueKind.String && DateTimeOffset.TryParseExact((string?)node, "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
            "nanoseconds" => node?.GetValueKind() == JsonValueKind.String && long.TryParse((string?)node, NumberStyles.None, CultureInfo.InvariantCulture, out _),
            "base64" => node?.GetValueKind() == JsonValueKind.String && Convert.TryFromBase64String((string)node!, new byte[((string)node!).Length], out _),
            "url" => node?.GetValueKind() == JsonValueKind.String && Uri.TryCreate((string?)node, UriKind.Absolute, out _),
            _ => kind.Split('|').Contains(node?.ToString()),
        };

        private static IEnumerable<(Regex, string, string)> Read()
        {
            Regex? request = null;
            foreach (var line in File.ReadLines(Path.Combine(Folder, "fields.txt")).Where(each => each.Length > 0 && each[0] != '#'))
            {
                if (line[0] != ' ')
                {
                    request = new Regex($"^{Regex.Escape(line).Replace("\\*", "[^/]+", StringComparison.Ordinal)}$");
                }
                else
                {
                    var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                    yield return (request!, words[0], words[1]);
                }
            }
        }
    }
}
