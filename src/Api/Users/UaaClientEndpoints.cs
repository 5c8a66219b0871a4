using System.Text.Json;
using Granary.Api.Access;
using Granary.Api.Errors;
using Granary.Api.Tokens;
using Granary.Api.Wire;
using Granary.Core.Access;
using Granary.Grains.Ports;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Granary.Api.Users;

/// <summary>Programs that get tokens for themselves, as UAA has them.</summary>
internal static class UaaClientEndpoints
{
    private const int IdLengthMax = 255;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/oauth/clients", List).Asks(Authority.Reader).WithMetadata(OfUaa.Mark);
        routes.MapPost("/oauth/clients", Create).Asks(Authority.Admin).WithMetadata(OfUaa.Mark);
        routes.MapGet("/oauth/clients/{id}", Get).Asks(Authority.Reader).WithMetadata(OfUaa.Mark);
        routes.MapDelete("/oauth/clients/{id}", Delete).Asks(Authority.Admin).WithMetadata(OfUaa.Mark);
    }

    private static async Task<IResult> List(HttpContext http, IAccountStore accounts)
    {
        var clients = await accounts.Clients(http.RequestAborted);
        return UaaReply.Json(new { Resources = clients.Select(Shown).ToArray(), StartIndex = 1, ItemsPerPage = Math.Max(1, clients.Count), TotalResults = clients.Count });
    }

    private static async Task<IResult> Get(string id, HttpContext http, IAccountStore accounts) => UaaReply.Json(Shown(await Existing(id, accounts, http.RequestAborted)));

    private static async Task<IResult> Create(HttpContext http, IAccountStore accounts, Passwords passwords, TimeProvider clock)
    {
        var body = await http.Request.ReadBody();
        var (id, secret) = (body.Text("client_id") ?? "", body.Text("client_secret") ?? "");
        if (id.Length is 0 or > IdLengthMax || id == ClientCheck.Cf || id.Any(letter => char.IsControl(letter) || letter is ':' or '/'))
        {
            body.Fault($"client_id must have 1 to {IdLengthMax} characters, none of them ':' or '/', and not be '{ClientCheck.Cf}'");
        }

        if (secret.Length is 0 or > IdLengthMax)
        {
            body.Fault($"client_secret must have 1 to {IdLengthMax} characters");
        }

        if (Words(body, "authorized_grant_types").Except(["client_credentials"]).Any())
        {
            body.Fault("authorized_grant_types must be client_credentials");
        }

        var authorities = Words(body, "authorities");
        body.Ignore("scope", "name", "resource_ids", "autoapprove", "redirect_uri", "access_token_validity", "refresh_token_validity");
        if (body.Faults is { IsEmpty: false } faults)
        {
            throw new CfException(CfError.BadRequest(string.Join(", ", faults)));
        }

        var client = new TokenClient(id, body.Text("name"), AuthorityOf(authorities), await passwords.Hash(secret, http.RequestAborted), clock.GetUtcNow());
        return await accounts.AddClient(client, http.RequestAborted)
            ? UaaReply.Json(Shown(client), StatusCodes.Status201Created)
            : throw new CfException(CfError.Conflict($"Client already exists: {id}"));
    }

    private static async Task<IResult> Delete(string id, HttpContext http, IAccountStore accounts)
    {
        var client = await Existing(id, accounts, http.RequestAborted);
        await accounts.RemoveClient(id, http.RequestAborted);
        return UaaReply.Json(Shown(client));
    }

    private static async Task<TokenClient> Existing(string id, IAccountStore accounts, CancellationToken cancellation) =>
        await accounts.FindClient(id, cancellation) ?? throw new CfException(CfError.NotFound("Client"));

    private static Authority AuthorityOf(string[] authorities) =>
        authorities.Contains("cloud_controller.admin") ? Authority.Admin
        : authorities.Contains("cloud_controller.admin_read_only") ? Authority.Reader
        : authorities.Contains("cloud_controller.global_auditor") ? Authority.Auditor
        : Authority.None;

    private static string[] Words(Body body, string name) => body.Value(name) is not { } value ? []
        : value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Where(each => each.ValueKind == JsonValueKind.String).Select(each => each.GetString()!)]
        : value.ValueKind == JsonValueKind.String ? value.GetString()!.Split(',', StringSplitOptions.TrimEntries)
        : [];

    /// <summary>UAA writes the fields of clients with underscores.</summary>
    private static Dictionary<string, object> Shown(TokenClient client) => new()
    {
        ["client_id"] = client.Id,
        ["name"] = client.Name ?? client.Id,
        ["authorized_grant_types"] = new[] { "client_credentials" },
        ["authorities"] = client.Authority switch
        {
            Authority.Admin => new[] { "cloud_controller.admin" },
            Authority.Reader => ["cloud_controller.admin_read_only"],
            Authority.Auditor => ["cloud_controller.global_auditor"],
            _ => [],
        },
    };
}
