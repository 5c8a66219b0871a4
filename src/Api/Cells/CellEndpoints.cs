using Granary.Api.Access;
using Granary.Api.Errors;
using Granary.Api.Wire;
using Granary.Client;
using Granary.Core.Access;
using Granary.Core.Cells;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Granary.Api.Cells;

internal sealed record Room(int MemoryInMb, int DiskInMb)
{
    public static Room Of(CellCapacity capacity) => new(capacity.MemoryMb, capacity.DiskMb);
}

/// <summary>What is ordered of a cell.</summary>
/// <param name="State">open, draining or drained.</param>
internal sealed record ShownDrain(string State, string? Since, string? DeadlineAt, string? Why)
{
    public static ShownDrain Of(DrainState drain) => new(
        drain.Word,
        drain.Since is { } since ? WireJson.Instant(since) : null,
        drain.DeadlineAt is { } deadlineAt ? WireJson.Instant(deadlineAt) : null,
        drain.Why);
}

/// <summary>A cell, as it last spoke of itself.</summary>
internal sealed record CellResponse(
    string Name,
    string State,
    string Since,
    string Engine,
    bool EngineUp,
    string Server,
    long LeaseEpoch,
    long ServingEpoch,
    int Attempts,
    string IsolationSegment,
    Room Total,
    Room Reserved,
    Room Free,
    ShownDrain Drain)
{
    public static CellResponse Of(CellView cell) => new(
        cell.Id.Name,
        cell.State,
        WireJson.Instant(cell.Since),
        cell.Engine,
        cell.EngineUp,
        cell.Server,
        cell.LeaseEpoch,
        cell.ServingEpoch,
        cell.Attempts,
        cell.Segment ?? CellSegment.Shared,
        Room.Of(cell.Total),
        Room.Of(cell.Reserved),
        Room.Of(cell.Free),
        ShownDrain.Of(cell.Drain));
}

/// <summary>Where containers run.</summary>
internal static class CellEndpoints
{
    private const int ReasonLengthMax = 200;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/cells", List).Asks(Authority.Auditor);
        routes.MapGet("/api/cells/{name}", Get).Asks(Authority.Auditor);
        routes.MapPost("/api/cells/{name}/actions/drain", Drain).Asks(Authority.Admin);
        routes.MapPost("/api/cells/{name}/actions/uncordon", Uncordon).Asks(Authority.Admin);
    }

    private static async Task<IResult> List(HttpContext http, GranaryClient granary) =>
        Reply.Ok(new { Resources = (await granary.Cells(http.RequestAborted)).OrderBy(each => each.Id.Name, StringComparer.Ordinal).Select(CellResponse.Of).ToArray() });

    private static async Task<IResult> Get(string name, HttpContext http, GranaryClient granary) =>
        Reply.Ok(CellResponse.Of(await granary.FindCell(new CellId(name), http.RequestAborted) ?? throw new CfException(CfError.NotFound("Cell"))));

    private static async Task<IResult> Drain(string name, HttpContext http, GranaryClient granary)
    {
        var body = await http.Request.ReadBody();
        TimeSpan? deadline = body.Long("deadline_in_seconds") is { } seconds ? TimeSpan.FromSeconds(Math.Clamp(seconds, -1, int.MaxValue)) : null;
        var reason = body.Text("reason");
        if (reason is { Length: 0 or > ReasonLengthMax } || reason?.Any(char.IsControl) == true)
        {
            body.Fault($"Reason must have 1 to {ReasonLengthMax} characters, and none that controls a terminal");
        }

        body.ThrowIfFaulty();
        var (cell, waits) = await granary.Drain(new CellId(name), deadline, reason, http.RequestAborted);
        return Reply.Ok(new { Cell = CellResponse.Of(cell), Warnings = waits is null ? Array.Empty<string>() : [waits] });
    }

    private static async Task<IResult> Uncordon(string name, HttpContext http, GranaryClient granary) =>
        Reply.Ok(CellResponse.Of(await granary.Uncordon(new CellId(name), http.RequestAborted)));
}
