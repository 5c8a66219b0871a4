using System.Text;
using static Granary.Cli.Tests.Answers;

namespace Granary.Cli.Tests;

/// <summary>Servers that ask for tokens.</summary>
public sealed class LoginTests : IDisposable
{
    private readonly string password = Path.Combine(AppContext.BaseDirectory, $"password-{Guid.NewGuid():N}");

    public LoginTests() => File.WriteAllText(password, "a secret\n");

    public void Dispose() => File.Delete(password);

    [Fact]
    public async Task A_login_is_used_by_the_commands_that_follow_until_the_logout()
    {
        await using var server = await Server();
        server.On("POST /oauth/token", Tokens("access-1", 600)).On("GET /v3/apps?order_by=name&per_page=5000", List());

        var login = await GranaryRun.Run(server.Address, "login", "-u", "bob", "--password-file", password);
        var apps = await GranaryRun.Run(server.Address, "apps");
        var logout = await GranaryRun.Run(server.Address, "logout");
        await GranaryRun.Run(server.Address, "apps");

        Assert.Equal((0, "", $"Logged in at {server.Address.GetLeftPart(UriPartial.Authority)} as bob.\n"), (login.Code, login.Output, login.Errors));
        Assert.Equal((0, 0), (apps.Code, logout.Code));
        Assert.Equal(["Basic Y2Y6", "bearer access-1", null], server.Requests.Select(each => each.Authorization));
        Assert.Equal("grant_type=password&username=bob&password=a+secret", Encoding.UTF8.GetString(server.Requests[0].Body));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(GranaryRun.Home, "logins.json")));
        }
    }

    [Fact]
    public async Task A_token_that_ends_soon_is_refreshed_first_and_kept()
    {
        await using var server = await Server();
        server.On("POST /oauth/token", Tokens("access-1", 30)).On("POST /oauth/token", Tokens("access-2", 600)).On("GET /v3/apps?order_by=name&per_page=5000", List());

        await GranaryRun.Run(server.Address, "login", "-u", "bob", "--password-file", password);
        await GranaryRun.Run(server.Address, "apps");
        await GranaryRun.Run(server.Address, "apps");

        Assert.Equal(["Basic Y2Y6", "Basic Y2Y6", "bearer access-2", "bearer access-2"], server.Requests.Select(each => each.Authorization));
        Assert.Equal("grant_type=refresh_token&refresh_token=refresh+of+access-1", Encoding.UTF8.GetString(server.Requests[1].Body));
    }

    [Fact]
    public async Task A_login_that_has_ended_or_never_began_says_what_to_do()
    {
        await using var server = await Server();
        server.On("GET /v3/apps?order_by=name&per_page=5000", """{"errors":[{"code":10002,"title":"CF-NotAuthenticated","detail":"Authentication error"}]}""", 401)
            .On("POST /oauth/token", Tokens("access-1", 30)).On("POST /oauth/token", """{"error":"invalid_token","error_description":"The login has ended: log in again"}""", 401);

        var without = await GranaryRun.Run(server.Address, "apps");
        await GranaryRun.Run(server.Address, "login", "-u", "bob", "--password-file", password);
        var ended = await GranaryRun.Run(server.Address, "apps");

        Assert.Equal((1, "Authentication error\nThe server asks for a token: 'granary login' gets one.\n"), (without.Code, without.Errors));
        Assert.Equal((1, $"The login at {server.Address.GetLeftPart(UriPartial.Authority)} has ended: 'granary login' begins a new one.\n"), (ended.Code, ended.Errors));
    }

    [Fact]
    public async Task A_wrong_password_is_told_in_the_servers_words()
    {
        await using var server = await Server();
        server.On("POST /oauth/token", """{"error":"unauthorized","error_description":"Bad credentials"}""", 401);

        var end = await GranaryRun.Run(server.Address, "login", "-u", "bob", "--password-file", password);

        Assert.Equal((1, "Bad credentials\n"), (end.Code, end.Errors));
    }

    private static string Tokens(string access, int seconds) => $$"""{"access_token":"{{access}}","refresh_token":"refresh of {{access}}","token_type":"bearer","expires_in":{{seconds}}}""";
}
