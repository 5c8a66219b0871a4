using System.Globalization;
using Granary.Api.Access;
using Granary.Api.Errors;
using Granary.Api.Wire;
using Granary.Client;
using Granary.Core.Access;
using Granary.Core.Apps;
using Granary.Grains.Ports;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Granary.Api.Logs;

/// <summary>Log Cache's reading side (section 2.6): what "cf logs" polls.</summary>
internal static class LogCacheEndpoints
{
    private const int LimitDefault = 100;
    private const int LimitMax = 1000;

    /// <summary>A version whose clients read at /api/v1/read.</summary>
    private const string Version = "2.11.4";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/info", Info).AsksNothing();
        routes.MapGet("/api/v1/read/{source}", Read).Asks(Right.SeeApps, Thing.LogSource);
    }

    private static IResult Info() =>
        Reply.Ok(new { Version, VmUptime = (Environment.TickCount64 / 1000).ToString(CultureInfo.InvariantCulture) });

    private static async Task<IResult> Read(string source, HttpContext http, GranaryClient granary)
    {
        var query = http.Request.Query;
        var types = query["envelope_types"];
        var limit = (int)Number("limit", 0, LimitMax, LimitDefault);
        var from = Number("start_time", long.MinValue, long.MaxValue, 0);
        var until = Number("end_time", long.MinValue, long.MaxValue, long.MaxValue);
        var descending = query["descending"].ToString() switch
        {
            "" or "false" => false,
            "true" => true,
            _ => throw Fault("descending must be true or false"),
        };
        // A source that nobody writes to has an empty log; so has one of other envelopes than ours.
        var hasLines = Guid.TryParseExact(source, "D", out var app) && (types.Count == 0 || types.Contains("LOG") || types.Contains("ANY"));
        return Reply.Ok(ReadResponse.Of(hasLines
            ? await granary.Logs(new LogQuery(new AppId(app), FromNanos: from, UntilNanos: until, Descending: descending, CountMax: limit == 0 ? LimitDefault : limit), http.RequestAborted)
            : []));

        long Number(string name, long min, long max, long otherwise)
        {
            var text = query[name].ToString();
            return text.Length == 0 ? otherwise
                : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max ? number
                : throw Fault($"{name} must be a whole number between {min} and {max}");
        }
    }

    private static CfException Fault(string detail) => new(CfError.BadQuery(detail));
}
