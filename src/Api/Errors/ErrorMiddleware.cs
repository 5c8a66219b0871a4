using System.Diagnostics.CodeAnalysis;
using Granary.Api.Tokens;
using Granary.Api.Wire;
using Granary.Client;
using Granary.Grains;
using Granary.Grains.Ports;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Granary.Api.Errors;

/// <summary>Says how much time an endpoint may take, when it is not <see cref="ApiOptions.RequestTimeout"/>.</summary>
internal sealed record TimeAllowed(Func<ApiOptions, TimeSpan> Of)
{
    public static readonly TimeAllowed Upload = new(options => options.UploadTimeout);

    public static readonly TimeAllowed Endless = new(_ => Timeout.InfiniteTimeSpan);
}

/// <summary>Turns whatever ends a request early into Cloud Foundry's envelope, and bounds its time.</summary>
internal sealed partial class ErrorMiddleware(RequestDelegate next, IOptions<ApiOptions> options, TimeProvider clock, ILogger<ErrorMiddleware> log)
{
    [SuppressMessage("Design", "CA1031", Justification = "Here every fault that nobody expected becomes an answer and a line in the log.")]
    public async Task InvokeAsync(HttpContext http)
    {
        var gone = http.RequestAborted;
        var allowed = http.GetEndpoint()?.Metadata.GetMetadata<TimeAllowed>()?.Of(options.Value) ?? options.Value.RequestTimeout;
        using var limit = new CancellationTokenSource(allowed, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(gone, limit.Token);
        var id = Guid.NewGuid().ToString("D");
        http.RequestAborted = either.Token;
        http.Response.Headers["X-Vcap-Request-Id"] = id;
        try
        {
            await next(http);
        }
        catch (Exception) when (gone.IsCancellationRequested)
        {
            // Nobody listens any more: whatever follows from that is no error of ours.
            LogGone(log, http.Request.Method, http.Request.Path);
        }
        catch (Exception fault) when (!http.Response.HasStarted)
        {
            http.RequestAborted = gone;
            var error = limit.IsCancellationRequested && fault is OperationCanceledException
                ? CfError.Unavailable($"The request took longer than {allowed.TotalSeconds:0.###} s")
                : ErrorOf(fault, http);
            Log(error, fault, http, id);
            http.Response.Clear();
            http.Response.Headers["X-Vcap-Request-Id"] = id;
            var isOfUaa = http.GetEndpoint()?.Metadata.GetMetadata<OfUaa>() is not null;
            await (isOfUaa ? UaaReply.Error(error) : Reply.Error(error)).ExecuteAsync(http);
        }
        catch (Exception fault)
        {
            // The status is on its way already; a broken connection tells the client that the answer is not whole.
            LogBrokenOff(log, fault, http.Request.Method, http.Request.Path, id);
            http.Abort();
        }
    }

    private CfError ErrorOf(Exception fault, HttpContext http) => fault switch
    {
        CfException known => known.Error,
        RefusedException refused => CfError.Of(refused.Refusal),
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => CfError.TooLarge(http.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize ?? options.Value.BodyBytesMax),
        BadHttpRequestException bad => CfError.BadRequest(bad.Message),
        DatabaseUnavailableException => CfError.Unavailable("The database is not available; nothing is known to have changed. Try again."),
        _ when Faults.Pass(fault) => CfError.Unavailable("Granary cannot answer at the moment; nothing is known to have changed. Try again."),
        _ => CfError.Unknown(),
    };

    private void Log(CfError error, Exception fault, HttpContext http, string id)
    {
        switch (error.Status)
        {
            case StatusCodes.Status500InternalServerError:
                LogBug(log, fault, http.Request.Method, http.Request.Path, id);
                break;
            case StatusCodes.Status503ServiceUnavailable:
                LogUnavailable(log, http.Request.Method, http.Request.Path, id, fault.Message);
                break;
            default:
                LogRefused(log, http.Request.Method, http.Request.Path, error.Status, error.Detail);
                break;
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "The client of {Method} {Path} went away")]
    private static partial void LogGone(ILogger logger, string method, PathString path);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Method} {Path} was refused with {Status}: {Detail}")]
    private static partial void LogRefused(ILogger logger, string method, PathString path, int status, string detail);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Method} {Path} (request {Id}) was answered with 503: {Cause}")]
    private static partial void LogUnavailable(ILogger logger, string method, PathString path, string id, string cause);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The answer to {Method} {Path} (request {Id}) was broken off")]
    private static partial void LogBrokenOff(ILogger logger, Exception fault, string method, PathString path, string id);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} (request {Id}) failed")]
    private static partial void LogBug(ILogger logger, Exception fault, string method, PathString path, string id);
}
