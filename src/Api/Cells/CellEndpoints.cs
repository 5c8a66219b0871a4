using Granary.Api.Wire;
using Granary.Client;
using Granary.Core.Cells;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Granary.Api.Cells;

internal sealed record Room(int MemoryInMb, int DiskInMb)
{
    public static Room Of(CellCapacity capacity) => new(capacity.MemoryMb, capacity.DiskMb);
}

/// <summary>A cell, as it last spoke of itself.</summary>
internal sealed record CellResponse(string Name, string State, string Since, string Engine, bool EngineUp, string Server, int Attempts, Room Total, Room Reserved, Room Free)
{
    public static CellResponse Of(CellView cell) => new(
        cell.Id.Name,
        cell.State,
        WireJson.Instant(cell.Since),
        cell.Engine,
        cell.EngineUp,
        cell.Server,
        cell.Attempts,
        Room.Of(cell.Total),
        Room.Of(cell.Reserved),
        Room.Of(cell.Free));
}

/// <summary>Where containers run.</summary>
internal static class CellEndpoints
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/api/cells", List);

    private static async Task<IResult> List(HttpContext http, GranaryClient granary) =>
        Reply.Ok(new { Resources = (await granary.Cells(http.RequestAborted)).OrderBy(each => each.Id.Name, StringComparer.Ordinal).Select(CellResponse.Of).ToArray() });
}
