using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Granary.Cli.Tests;

/// <summary>
/// An HTTP server that answers what a test tells it and writes down what it was asked. It is for what a real server cannot be made to say;
/// that the real one says the rest is for the tests that run against it.
/// </summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentDictionary<string, ConcurrentQueue<ScriptedAnswer>> answers = new();
    private readonly ConcurrentQueue<ScriptedRequest> requests = new();

    private ScriptedServer()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.Run(Answer);
    }

    public Uri Address => new(app.Urls.Single());

    public IReadOnlyList<ScriptedRequest> Requests => [.. requests];

    public static async Task<ScriptedServer> Start()
    {
        var server = new ScriptedServer();
        await server.app.StartAsync();
        return server;
    }

    /// <summary>Answers a request such as "GET /v3/apps?names=web". Several answers to one request come one after another; the last one stays.</summary>
    public ScriptedServer On(string request, string body, int status = 200, string type = "application/json", bool breaksOff = false)
    {
        answers.GetOrAdd(request, _ => new()).Enqueue(new ScriptedAnswer(status, type, body, breaksOff));
        return this;
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private async Task Answer(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var line = $"{context.Request.Method} {new Uri(context.Request.GetEncodedUrl()).PathAndQuery}";
        requests.Enqueue(new ScriptedRequest(line, body.ToArray(), context.Request.ContentType, context.Request.Headers.Authorization));
        if (!answers.TryGetValue(line, out var queue) || !(queue.Count > 1 ? queue.TryDequeue(out var answer) : queue.TryPeek(out answer)))
        {
            answer = new ScriptedAnswer(404, "application/json", """{"errors":[{"code":10000,"title":"CF-NotFound","detail":"Unknown request"}]}""", false);
        }

        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = answer.Type;
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(answer.Body));
        if (answer.BreaksOff)
        {
            await context.Response.Body.FlushAsync();
            context.Features.Get<IHttpRequestLifetimeFeature>()!.Abort();
        }
    }
}

internal sealed record ScriptedAnswer(int Status, string Type, string Body, bool BreaksOff);

/// <param name="Line">Method, path and query.</param>
internal sealed record ScriptedRequest(string Line, byte[] Body, string? ContentType, string? Authorization = null);
