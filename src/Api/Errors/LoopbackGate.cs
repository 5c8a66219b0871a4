using System.Net;
using Granary.Api.Access;
using Granary.Core.Access;
using Microsoft.AspNetCore.Http;

namespace Granary.Api.Errors;

/// <summary>
/// Lets only this host's own clients in, and them in everything, where there is no token server. The listener is on loopback; but a web page that somebody on
/// this host looks at may have its name pointed at loopback, or post forms there. Both show in the headers.
/// </summary>
internal sealed class LoopbackGate(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext http)
    {
        if (!IsLoopback(http.Request.Host.Host))
        {
            throw new CfException(CfError.BadRequest($"The Host header is '{http.Request.Host.Value}'; without its token server (--access tokens) Granary answers to localhost, 127.0.0.1 and [::1] only"));
        }

        if (http.Request.Headers.Origin is [{ } origin] && !(Uri.TryCreate(origin, UriKind.Absolute, out var page) && IsLoopback(page.Host)))
        {
            throw new CfException(CfError.ForeignOrigin("Pages of other hosts may not use this API"));
        }

        http.Features.Set(new Visit(Caller.Operator, null));
        return next(http);
    }

    private static bool IsLoopback(string host) =>
        string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
