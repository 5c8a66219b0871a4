using System.CommandLine;
using System.Net.Http.Headers;
using System.Text;
using Granary.Cli.Output;

namespace Granary.Cli.Commands;

internal static class CurlCommand
{
    private static readonly Argument<string> Path = new("path") { Description = "From the server's root on, with its query, for example /v3/apps.", HelpName = "PATH" };
    private static readonly Option<string> Method = new("--request", "-X") { Description = "The method. Default GET, with data POST.", HelpName = "METHOD" };
    private static readonly Option<string[]> Headers = new("--header", "-H") { Description = "A header to send; may be repeated.", HelpName = "HEADER" };
    private static readonly Option<string> Content = new("--data", "-d") { Description = "What to send; @FILE sends the content of a file.", HelpName = "DATA" };
    private static readonly Option<bool> Head = new("--include", "-i") { Description = "Show the status and the headers of the answer." };
    private static readonly Option<bool> Fail = new("--fail", "-f") { Description = "Exit with 22 on a status of 400 or above." };

    public static Command Create()
    {
        var command = new Command("curl", "Sends one request to the server and shows the answer as it is.") { Path, Method, Headers, Content, Head, Fail };
        Path.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !token.Value.StartsWith('/'))
            {
                result.AddError($"'{token.Value}' is no path: it begins with a slash, for example /v3/apps.");
            }
        });
        Headers.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(each => each.Value.IndexOf(':', StringComparison.Ordinal) <= 0))
            {
                result.AddError($"'{token.Value}' is no header: write NAME: VALUE.");
            }
        });
        Session.Act(command, async (parsed, session, cancellation) =>
        {
            using var request = Request(parsed);
            using var response = await session.Api.Send(request, cancellation);
            if (parsed.GetValue(Head))
            {
                session.Terminal.Line($"HTTP/{response.Version} {(int)response.StatusCode} {Shown.Harmless(response.ReasonPhrase)}");
                foreach (var (name, values) in response.Headers.Concat(response.Content.Headers))
                {
                    session.Terminal.Line($"{name}: {Shown.Harmless(string.Join(", ", values))}");
                }

                session.Terminal.Line();
            }

            await using var body = await response.Content.ReadAsStreamAsync(cancellation);
            var piece = new byte[64 * 1024];
            for (int read; (read = await body.ReadAsync(piece, cancellation)) > 0;)
            {
                session.Terminal.Raw(piece.AsSpan(0, read));
            }

            return parsed.GetValue(Fail) && !response.IsSuccessStatusCode ? ExitCode.HttpError : ExitCode.Done;
        });
        return command;
    }

    private static HttpRequestMessage Request(ParseResult parsed)
    {
        var content = parsed.GetValue(Content) is { } data ? new StringContent(Read(data), Encoding.UTF8, "application/json") : null;
        var request = new HttpRequestMessage(new HttpMethod(parsed.GetValue(Method) ?? (content is null ? "GET" : "POST")), parsed.GetRequiredValue(Path)) { Content = content };
        foreach (var header in parsed.GetValue(Headers) ?? [])
        {
            var (name, value) = (header[..header.IndexOf(':', StringComparison.Ordinal)].Trim(), header[(header.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim());
            if (content is not null && name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase))
            {
                content.Headers.ContentType = MediaTypeHeaderValue.TryParse(value, out var type) ? type : throw new FailureException($"'{value}' is no content type.");
            }
            else if (!request.Headers.TryAddWithoutValidation(name, value) && content?.Headers.TryAddWithoutValidation(name, value) != true)
            {
                throw new FailureException($"The header {name} cannot be sent.");
            }
        }

        return request;
    }

    private static string Read(string data)
    {
        if (!data.StartsWith('@'))
        {
            return data;
        }

        try
        {
            return File.ReadAllText(data[1..]);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new FailureException($"{data[1..]} cannot be read: {fault.Message}", fault);
        }
    }
}
