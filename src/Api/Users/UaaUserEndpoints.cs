using System.Text.Json;
using System.Text.RegularExpressions;
using Granary.Api.Access;
using Granary.Api.Errors;
using Granary.Api.Tokens;
using Granary.Api.Wire;
using Granary.Core.Access;
using Granary.Grains.Ports;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace Granary.Api.Users;

internal sealed record ScimName(string? GivenName, string? FamilyName);

internal sealed record ScimEmail(string Value, bool Primary);

internal sealed record ScimMeta(int Version, string Created, string LastModified);

/// <summary>An account as UAA shows it.</summary>
internal sealed record ScimUser(string Id, ScimMeta Meta, string UserName, ScimName Name, IReadOnlyList<ScimEmail> Emails, bool Active, bool Verified, string Origin, string ZoneId, IReadOnlyList<string> Schemas)
{
    public static readonly string[] Schema = ["urn:scim:schemas:core:1.0"];

    public static ScimUser Of(Account account) => new(
        account.Guid.ToString("D"),
        new ScimMeta(0, WireJson.Instant(account.CreatedAt), WireJson.Instant(account.UpdatedAt)),
        account.Name,
        new ScimName(account.GivenName, account.FamilyName),
        [new ScimEmail(account.Email ?? account.Name, true)],
        true,
        true,
        UaaNames.Origin,
        UaaNames.Origin,
        Schema);
}

/// <summary>Accounts, as cf makes and finds them at UAA.</summary>
internal static partial class UaaUserEndpoints
{
    private const int NameLengthMax = 255;

    private const string One = "(?<field>userName|origin|id|email)\\s+eq\\s+\"(?<value>(?:[^\"\\\\]|\\\\.)*)\"";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/Users", List).Asks(Authority.Reader).WithMetadata(OfUaa.Mark);
        routes.MapPost("/Users", Create).Asks(Authority.Admin).WithMetadata(OfUaa.Mark);
        routes.MapGet("/Users/{id}", Get).Asks(Authority.Reader).WithMetadata(OfUaa.Mark);
        routes.MapDelete("/Users/{id}", Delete).Asks(Authority.Admin).WithMetadata(OfUaa.Mark);
        routes.MapPut("/Users/{id}/password", ChangePassword).AsksToken().WithMetadata(OfUaa.Mark);
    }

    private static async Task<IResult> List(HttpContext http, IAccountStore accounts)
    {
        var filter = http.Request.Query["filter"].ToString();
        var found = await accounts.All(http.RequestAborted);
        if (filter.Length > 0)
        {
            // cf asks by name, and by origin besides.
            var conditions = Condition().Matches(filter).Select(match => (Field: match.Groups["field"].Value.ToUpperInvariant(), Value: Unescaped(match.Groups["value"].Value))).ToArray();
            if (!Filter().IsMatch(filter))
            {
                throw new CfException(CfError.BadRequest("Invalid filter expression: FIELD eq \"VALUE\", with 'and' between, of userName, origin, id and email"));
            }

            found = [.. found.Where(account => conditions.All(condition => Matches(account, condition.Field, condition.Value)))];
        }

        return UaaReply.Json(new { Resources = found.Select(ScimUser.Of).ToArray(), StartIndex = 1, ItemsPerPage = Math.Max(1, found.Count), TotalResults = found.Count, Schemas = ScimUser.Schema });
    }

    private static async Task<IResult> Create(HttpContext http, IAccountStore accounts, Passwords passwords, IOptions<TokenOptions> options, TimeProvider clock)
    {
        var body = await http.Request.ReadBody();
        var name = body.Text("userName") ?? "";
        var password = body.Text("password") ?? "";
        var person = body.Object("name");
        var emails = body.Value("emails") is { ValueKind: JsonValueKind.Array } given ? given.EnumerateArray().Select(Address).OfType<string>().ToArray() : [];
        if (name.Length is 0 or > NameLengthMax || name.Any(char.IsControl))
        {
            body.Fault($"A username must have 1 to {NameLengthMax} characters, and none that controls a terminal");
        }

        if (body.Text("origin") is { Length: > 0 } origin and not UaaNames.Origin)
        {
            body.Fault($"The origin '{origin}' is not known; there is '{UaaNames.Origin}'");
        }

        body.Ignore("active", "verified", "externalId", "schemas", "groups", "phoneNumbers", "meta", "id");
        CheckPassword(body, password, options.Value);
        var account = new Account(Guid.NewGuid(), name, person?.Text("givenName"), person?.Text("familyName"), emails.FirstOrDefault(), Authority.None, IsListed: false, clock.GetUtcNow(), clock.GetUtcNow());
        person?.Ignore("formatted", "middleName");
        ThrowIfFaulty(body);
        return await accounts.Add(account, await passwords.Hash(password, http.RequestAborted), http.RequestAborted)
            ? UaaReply.Json(ScimUser.Of(account), StatusCodes.Status201Created)
            : throw new CfException(CfError.Conflict($"Username already in use: {name}"));
    }

    private static async Task<IResult> Get(string id, HttpContext http, IAccountStore accounts) => UaaReply.Json(ScimUser.Of(await Existing(id, accounts, http.RequestAborted)));

    private static async Task<IResult> Delete(string id, HttpContext http, IAccountStore accounts)
    {
        var account = await Existing(id, accounts, http.RequestAborted);
        await accounts.Remove(account.Guid, http.RequestAborted);
        return UaaReply.Json(ScimUser.Of(account));
    }

    /// <summary>People change their own, and say the old one; admins change any.</summary>
    private static async Task<IResult> ChangePassword(string id, HttpContext http, IAccountStore accounts, Passwords passwords, IOptions<TokenOptions> options)
    {
        var caller = http.Visit().Caller;
        if (!caller.IsAdmin && caller.Subject != id)
        {
            throw new CfException(CfError.NotAuthorized());
        }

        var account = await Existing(id, accounts, http.RequestAborted);
        var body = await http.Request.ReadBody();
        var (old, password) = (body.Text("oldPassword") ?? "", body.Text("password") ?? "");
        CheckPassword(body, password, options.Value);
        ThrowIfFaulty(body);
        if (caller.Subject == id)
        {
            var login = await accounts.BeginLogin(account.Name, options.Value.Lockout, http.RequestAborted);
            if (login is not { IsLocked: false } || !await passwords.AreEqual(old, login.PasswordHash, http.RequestAborted))
            {
                throw new CfException(CfError.NotAuthenticated() with { Detail = "The old password is not right" });
            }
        }

        await accounts.SetPassword(account.Guid, await passwords.Hash(password, http.RequestAborted), http.RequestAborted);
        return UaaReply.Json(new { Status = "ok", Message = "password updated" });
    }

    private static void CheckPassword(Body body, string password, TokenOptions options)
    {
        if (password.Length < options.PasswordLengthMin || password.Length > NameLengthMax)
        {
            body.Fault($"A password must have {options.PasswordLengthMin} to {NameLengthMax} characters");
        }
    }

    private static void ThrowIfFaulty(Body body)
    {
        if (body.Faults is { IsEmpty: false } faults)
        {
            throw new CfException(CfError.BadRequest(string.Join(", ", faults)));
        }
    }

    private static async Task<Account> Existing(string id, IAccountStore accounts, CancellationToken cancellation) =>
        await accounts.Find(Guids.Parse(id, "User"), cancellation) ?? throw new CfException(CfError.NotFound("User"));

    private static string? Address(JsonElement email) =>
        email.ValueKind == JsonValueKind.Object && email.TryGetProperty("value", out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static bool Matches(Account account, string field, string value) => field switch
    {
        "USERNAME" => string.Equals(account.Name, value, StringComparison.OrdinalIgnoreCase),
        "ID" => account.Guid.ToString("D") == value,
        "EMAIL" => string.Equals(account.Email ?? account.Name, value, StringComparison.OrdinalIgnoreCase),
        _ => value == UaaNames.Origin,
    };

    private static string Unescaped(string value) => value.Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal);

    [GeneratedRegex(One, RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Condition();

    [GeneratedRegex($@"^\s*{One}(?:\s+and\s+{One})*\s*$", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Filter();
}
