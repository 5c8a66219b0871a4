using Granary.Api.Access;
using Granary.Api.Errors;
using Granary.Api.Lists;
using Granary.Api.Tokens;
using Granary.Api.Wire;
using Granary.Core.Access;
using Granary.Core.Apps;
using Granary.Grains.Ports;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Granary.Api.Users;

/// <summary>A user as Cloud Foundry shows it; a client has no name but its id.</summary>
internal sealed record UserResponse(string Guid, string? Username, string PresentationName, string? Origin, string CreatedAt, string UpdatedAt, ShownMetadata Metadata, Dictionary<string, Link> Links)
{
    public static UserResponse Of(Account account, Links links) => new(
        account.Guid.ToString("D"),
        account.Name,
        account.Name,
        UaaNames.Origin,
        WireJson.Second(account.CreatedAt),
        WireJson.Second(account.UpdatedAt),
        ShownMetadata.Of(Core.Apps.Metadata.Empty),
        new Dictionary<string, Link> { ["self"] = links.To($"/v3/users/{account.Guid:D}") });

    public static UserResponse OfClient(string id, Links links)
    {
        var since = WireJson.Second(DateTimeOffset.UnixEpoch);
        return new UserResponse(id, null, id, null, since, since, ShownMetadata.Of(Core.Apps.Metadata.Empty), new Dictionary<string, Link> { ["self"] = links.To($"/v3/users/{id}") });
    }
}

/// <summary>Users, as Cloud Foundry's API knows them: accounts that somebody has made known to it.</summary>
internal static class UserEndpoints
{
    private static readonly (string, Authority)[] Authorities = [("none", Authority.None), ("auditor", Authority.Auditor), ("reader", Authority.Reader), ("admin", Authority.Admin)];

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v3/users", List).AsksToken();
        routes.MapPost("/v3/users", Create).Asks(Authority.Admin);
        routes.MapGet("/v3/users/{guid}", Get).AsksToken();
        routes.MapDelete("/v3/users/{guid}", Delete).Asks(Authority.Admin);
        routes.MapPatch("/api/users/{guid}", ChangeAuthority).Asks(Authority.Admin);
    }

    private static async Task<IResult> List(HttpContext http, IAccountStore accounts, IDirectory directory)
    {
        var list = ListRequest.Read(http.Request, ListShape.Users);
        var links = new Links(http.Request);
        var seen = await Seen(http, directory);
        var found = (await accounts.All(http.RequestAborted)).Where(each =>
            each.IsListed
            && seen?.Contains(each.Guid.ToString("D")) != false
            && list.UserNames?.Contains(each.Name, StringComparer.OrdinalIgnoreCase) != false
            && list.UserNameParts?.Any(part => each.Name.Contains(part, StringComparison.OrdinalIgnoreCase)) != false
            && list.Origins?.Contains(UaaNames.Origin) != false);
        return Reply.Ok(SmallList.Of(found, each => new Listed(each.Guid, each.Name, each.CreatedAt, each.UpdatedAt, Metadata.Empty), list, http.Request, each => UserResponse.Of(each, links)));
    }

    /// <summary>Makes an account known. It was made at the token server before.</summary>
    private static async Task<IResult> Create(HttpContext http, IAccountStore accounts)
    {
        var body = await http.Request.ReadBody();
        var guid = body.Text("guid") ?? "";
        var name = body.Text("username");
        _ = body.ValidMetadata();
        body.Ignore("origin");
        if (guid.Length == 0 && name is null)
        {
            body.Fault("Guid must be a string");
        }

        body.ThrowIfFaulty();
        var account = (name is not null ? await accounts.Find(name, http.RequestAborted) : Guid.TryParseExact(guid, "D", out var parsed) ? await accounts.Find(parsed, http.RequestAborted) : null)
            ?? throw new CfException(CfError.Unprocessable("Invalid user. Ensure that the user exists and you have access to it."));
        if (account.IsListed)
        {
            throw new CfException(CfError.Unprocessable($"User with guid '{account.Guid:D}' already exists."));
        }

        await accounts.SetListed(account.Guid, isListed: true, http.RequestAborted);
        return Reply.Created(UserResponse.Of(account, new Links(http.Request)));
    }

    private static async Task<IResult> Get(string guid, HttpContext http, IAccountStore accounts, IDirectory directory)
    {
        var account = await Existing(guid, accounts, http.RequestAborted);
        return (await Seen(http, directory))?.Contains(guid) != false
            ? Reply.Ok(UserResponse.Of(account, new Links(http.Request)))
            : throw new CfException(CfError.NotFound("User"));
    }

    /// <summary>Takes every role away. The account at the token server is another matter.</summary>
    private static async Task<IResult> Delete(string guid, HttpContext http, IAccountStore accounts, IDirectory directory)
    {
        var account = await Existing(guid, accounts, http.RequestAborted);
        await directory.RemoveRoles(guid, http.RequestAborted);
        await accounts.SetListed(account.Guid, isListed: false, http.RequestAborted);
        return Results.Accepted();
    }

    private static async Task<IResult> ChangeAuthority(string guid, HttpContext http, IAccountStore accounts)
    {
        var account = await accounts.Find(Guids.Parse(guid, "User"), http.RequestAborted) ?? throw new CfException(CfError.NotFound("User"));
        var body = await http.Request.ReadBody();
        var authority = body.Word("authority", Authorities);
        if (authority is null && body.Value("authority") is null)
        {
            body.Fault("Authority must be 'none', 'auditor', 'reader' or 'admin'");
        }

        body.ThrowIfFaulty();
        await accounts.SetAuthority(account.Guid, authority!.Value, http.RequestAborted);
        return Reply.Ok(new { Guid = guid, Username = account.Name, Authority = body.Text("authority") });
    }

    private static async Task<Account> Existing(string guid, IAccountStore accounts, CancellationToken cancellation) =>
        await accounts.Find(Guids.Parse(guid, "User"), cancellation) is { IsListed: true } account ? account : throw new CfException(CfError.NotFound("User"));

    /// <summary>Whoever has a role in an organization of the caller's, and the caller. Null for everybody.</summary>
    private static async Task<HashSet<string>?> Seen(HttpContext http, IDirectory directory)
    {
        var caller = http.Visit().Caller;
        if (caller.Organizations(Right.SeeOrganization) is not { } organizations)
        {
            return null;
        }

        var roles = await directory.Roles(http.RequestAborted);
        return [caller.Subject, .. roles.Where(each => organizations.Contains(each.Grant.Organization)).Select(each => each.Subject)];
    }
}
