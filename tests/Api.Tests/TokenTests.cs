using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Granary.Api.Tokens;
using Granary.Core.Access;
using Granary.Grains.Ports;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Granary.Api.Tests;

/// <summary>The token server, as cf and other clients of UAA use it.</summary>
[Collection(TokenCollection.Name)]
public sealed class TokenTests(TokenHost host)
{
    [Fact]
    public void The_first_user_is_shown_once() => Assert.Matches("^The user admin was made, with the password [A-Za-z0-9_-]{20}\\. It is shown this once\\.$", Assert.Single(host.Shown));

    [Fact]
    public async Task A_password_gives_what_cf_reads()
    {
        var (account, client) = await host.Somebody();
        client.Dispose();

        using var given = await host.Grant(("grant_type", "password"), ("username", account.Name.ToUpperInvariant()), ("password", "right password"));
        var answer = JsonNode.Parse(await given.Content.ReadAsStringAsync())!;
        var claims = Claims(answer.Text("access_token"));

        Assert.Equal("bearer", answer.Text("token_type"));
        Assert.NotEmpty(answer.Text("refresh_token"));
        Assert.Equal((account.Name, account.Guid.ToString("D"), "uaa", "cf"), (claims.Text("user_name"), claims.Text("user_id"), claims.Text("origin"), claims.Text("client_id")));
        Assert.InRange((long)claims["exp"]! - TimeProvider.System.GetUtcNow().ToUnixTimeSeconds(), 61, 600);
        Assert.Null(claims["revocable"]);
    }

    [Theory]
    [InlineData("grant_type=password&username=admin&password=wrong", "cf:", 401, "unauthorized")]
    [InlineData("grant_type=password&username=nobody&password=wrong", "cf:", 401, "unauthorized")]
    [InlineData("grant_type=password&username=admin", "cf:", 400, "invalid_request")]
    [InlineData("grant_type=password&username=admin&password=wrong", "cf:secret", 401, "invalid_client")]
    [InlineData("grant_type=password&username=admin&password=wrong", "other:", 401, "invalid_client")]
    [InlineData("grant_type=client_credentials", "cf:", 400, "invalid_request")]
    [InlineData("grant_type=client_credentials&client_id=nobody&client_secret=x", "", 401, "invalid_client")]
    [InlineData("grant_type=refresh_token&refresh_token=garbage", "cf:", 401, "invalid_token")]
    [InlineData("grant_type=implicit", "cf:", 400, "unsupported_grant_type")]
    [InlineData("", "cf:", 400, "invalid_request")]
    public async Task A_bad_request_for_tokens_is_answered_as_UAA_does(string form, string client, int status, string error)
    {
        using var anybody = host.With(null);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/oauth/token?login_hint=%7B%22origin%22%3A%22uaa%22%7D") { Content = new StringContent(form, Encoding.UTF8, "application/x-www-form-urlencoded") };
        if (client.Length > 0)
        {
            request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(client)));
        }

        using var answer = await anybody.SendAsync(request);

        Assert.Equal((status, error), ((int)answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.Text("error")));
    }

    [Fact]
    public async Task A_refresh_token_that_comes_twice_ends_the_login()
    {
        var (account, client) = await host.Somebody();
        client.Dispose();
        using var first = await host.Grant(("grant_type", "password"), ("username", account.Name), ("password", "right password"));
        var stolen = JsonNode.Parse(await first.Content.ReadAsStringAsync())!.Text("refresh_token");

        using var second = await host.Grant(("grant_type", "refresh_token"), ("refresh_token", stolen));
        var newest = JsonNode.Parse(await second.Content.ReadAsStringAsync())!;
        using var thief = await host.Grant(("grant_type", "refresh_token"), ("refresh_token", stolen));
        using var victim = await host.Grant(("grant_type", "refresh_token"), ("refresh_token", newest.Text("refresh_token")));

        Assert.Equal((HttpStatusCode.OK, "bearer"), (second.StatusCode, newest.Text("token_type")));
        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized), (thief.StatusCode, victim.StatusCode));
    }

    [Fact]
    public async Task Twenty_wrong_passwords_at_once_lock_the_account_and_not_the_server()
    {
        var (account, client) = await host.Somebody();
        client.Dispose();

        var wrong = await Task.WhenAll(Enumerable.Range(0, TokenHost.TriesMax).Select(_ => host.Grant(("grant_type", "password"), ("username", account.Name), ("password", "wrong"))));
        using var right = await host.Grant(("grant_type", "password"), ("username", account.Name), ("password", "right password"));
        var (_, another) = await host.Somebody();
        using var works = await another.Send(HttpMethod.Get, "/v3/apps");

        Assert.All(wrong, each => Assert.Equal(HttpStatusCode.Unauthorized, each.StatusCode));
        Assert.Equal(HttpStatusCode.Unauthorized, right.StatusCode);
        Assert.Equal("Your account has been locked because of too many failed attempts to login.", JsonNode.Parse(await right.Content.ReadAsStringAsync())!.Text("error_description"));
        Assert.Equal(HttpStatusCode.OK, works.StatusCode);
        another.Dispose();
    }

    [Fact]
    public async Task A_client_gets_tokens_for_itself_and_has_its_own_roles()
    {
        using var made = await host.Http.Send(HttpMethod.Post, "/oauth/clients", Bodies.Json("""{"client_id":"robot","client_secret":"a secret","authorized_grant_types":["client_credentials"]}"""));
        using var role = await host.Http.Send(HttpMethod.Post, "/v3/roles", Bodies.Json("""{"type":"organization_user","relationships":{"user":{"data":{"guid":"robot"}},"organization":{"data":{"guid":"00000000-0000-4000-8000-000000000002"}}}}"""));

        using var given = await host.Grant(("grant_type", "client_credentials"), ("client_id", "robot"), ("client_secret", "a secret"));
        var token = JsonNode.Parse(await given.Content.ReadAsStringAsync())!;
        using var robot = host.With(token.Text("access_token"));
        using var organizations = await robot.Send(HttpMethod.Get, "/v3/organizations");
        using var gone = await host.Http.Send(HttpMethod.Delete, "/oauth/clients/robot");
        using var after = await robot.Send(HttpMethod.Get, "/v3/organizations");

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created, HttpStatusCode.OK), (made.StatusCode, role.StatusCode, given.StatusCode));
        Assert.Null(token["refresh_token"]);
        Assert.Equal((null, "robot"), ((string?)Claims(token.Text("access_token"))["user_name"], Claims(token.Text("access_token")).Text("client_id")));
        Assert.Equal("default", Assert.Single(JsonNode.Parse(await organizations.Content.ReadAsStringAsync())!["resources"]!.AsArray())!.Text("name"));
        Assert.Equal(HttpStatusCode.Unauthorized, after.StatusCode);
    }

    [Fact]
    public async Task Only_tokens_of_ours_are_taken()
    {
        var token = host.Http.DefaultRequestHeaders.Authorization!.Parameter!;
        var parts = token.Split('.');
        using var refresh = await host.Grant(("grant_type", "password"), ("username", FirstUser.Name), ("password", host.AdminPassword));
        string?[] bad =
        [
            "garbage",
            $"{Encoded("""{"alg":"none","typ":"at+jwt"}""")}.{parts[1]}.",
            $"{parts[0]}.{Encoded("""{"user_id":"admin","iss":"https://uaa.granary.internal/oauth/token","aud":"cloud_controller","exp":99999999999}""")}.{parts[2]}",
            token[..^8] + "AAAAAAAA",
            JsonNode.Parse(await refresh.Content.ReadAsStringAsync())!.Text("refresh_token"),
        ];

        Assert.All(bad, each => Assert.Equal("401 1000 CF-InvalidAuthToken", Answered(each)));
        Assert.Equal("401 10002 CF-NotAuthenticated", Answered(null));
    }

    [Fact]
    public async Task Another_silo_takes_the_tokens_and_a_new_key_takes_nothing_away_until_it_is_said_so()
    {
        var (_, client) = await host.Somebody();
        var token = client.DefaultRequestHeaders.Authorization!.Parameter!;
        var options = Options.Create(new TokenOptions());
        using var elsewhere = new KeyRing(host.Service<ITokenKeyStore>(), new KeySeal(host.Secret), options, TimeProvider.System, NullLogger<KeyRing>.Instance);
        await elsewhere.StartAsync(default);
        Assert.NotNull(await new TokenReader(elsewhere, options).Read(token, default));

        using var rotated = await host.Http.Send(HttpMethod.Post, "/api/token-keys/actions/rotate", Bodies.Json("{}"));
        using var still = await client.Send(HttpMethod.Get, "/v3/apps");
        using var revoked = await host.Http.Send(HttpMethod.Post, "/api/token-keys/actions/rotate", Bodies.Json("""{"revoke":"all"}"""));
        using var ended = await client.Send(HttpMethod.Get, "/v3/apps");
        host.Http.DefaultRequestHeaders.Authorization = new("bearer", await host.Token(FirstUser.Name, host.AdminPassword));
        using var again = await host.Http.Send(HttpMethod.Get, "/v3/apps");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.OK), (rotated.StatusCode, still.StatusCode, revoked.StatusCode));
        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.OK), (ended.StatusCode, again.StatusCode));
        await elsewhere.StopAsync(default);
        client.Dispose();
    }

    [Fact]
    public async Task Keys_in_the_database_are_of_no_use_without_the_secret()
    {
        using var stranger = new KeyRing(host.Service<ITokenKeyStore>(), new KeySeal(new byte[32]), Options.Create(new TokenOptions()), TimeProvider.System, NullLogger<KeyRing>.Instance);

        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => stranger.StartAsync(default));

        Assert.Contains("Tokens:KeyFile", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_role_that_is_taken_away_counts_at_once()
    {
        var (account, client) = await host.Somebody(Authority.Admin);
        using var before = await client.Send(HttpMethod.Get, "/api/cells");

        using var taken = await host.Http.Send(HttpMethod.Patch, $"/api/users/{account.Guid}", Bodies.Json("""{"authority":"none"}"""));
        using var after = await client.Send(HttpMethod.Get, "/api/cells");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.Forbidden), (before.StatusCode, taken.StatusCode, after.StatusCode));
        client.Dispose();
    }

    [Fact]
    public async Task A_password_is_changed_by_whoever_knows_it_and_ends_the_logins()
    {
        var (account, client) = await host.Somebody();
        using var login = await host.Grant(("grant_type", "password"), ("username", account.Name), ("password", "right password"));
        var refresh = JsonNode.Parse(await login.Content.ReadAsStringAsync())!.Text("refresh_token");

        using var wrong = await client.Send(HttpMethod.Put, $"/Users/{account.Guid}/password", Bodies.Json("""{"oldPassword":"not it","password":"another password"}"""));
        using var short_ = await client.Send(HttpMethod.Put, $"/Users/{account.Guid}/password", Bodies.Json("""{"oldPassword":"right password","password":"short"}"""));
        using var foreign = await client.Send(HttpMethod.Put, $"/Users/{Guid.NewGuid()}/password", Bodies.Json("""{"password":"another password"}"""));
        using var changed = await client.Send(HttpMethod.Put, $"/Users/{account.Guid}/password", Bodies.Json("""{"oldPassword":"right password","password":"another password"}"""));
        using var refreshed = await host.Grant(("grant_type", "refresh_token"), ("refresh_token", refresh));

        Assert.Equal([HttpStatusCode.Unauthorized, HttpStatusCode.BadRequest, HttpStatusCode.Forbidden, HttpStatusCode.OK, HttpStatusCode.Unauthorized], [wrong.StatusCode, short_.StatusCode, foreign.StatusCode, changed.StatusCode, refreshed.StatusCode]);
        Assert.NotEmpty(await host.Token(account.Name, "another password"));
        client.Dispose();
    }

    private string Answered(string? token)
    {
        using var client = host.With(token);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v3/apps");
        using var response = client.Send(request);
        using var reader = new StreamReader(response.Content.ReadAsStream());
        var error = JsonNode.Parse(reader.ReadToEnd())!["errors"]![0]!;
        return $"{(int)response.StatusCode} {error["code"]} {error["title"]}";
    }

    private static JsonNode Claims(string token)
    {
        var part = token.Split('.')[1].Replace('-', '+').Replace('_', '/');
        return JsonNode.Parse(Convert.FromBase64String(part.PadRight((part.Length + 3) / 4 * 4, '=')))!;
    }

    private static string Encoded(string json) => Convert.ToBase64String(Encoding.UTF8.GetBytes(json)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
