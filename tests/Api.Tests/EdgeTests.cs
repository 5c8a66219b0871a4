using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Granary.Api.Errors;
using Granary.Core;
using Granary.Core.Apps;
using Granary.Core.Tasks;
using Granary.Silo;

namespace Granary.Api.Tests;

/// <summary>What holds for every request.</summary>
[Collection(ApiCollection.Name)]
public sealed class EdgeTests(ApiHost host)
{
    [Fact]
    public async Task Where_clients_begin()
    {
        var talk = new Conversation(host);

        await talk.Get("/");
        await talk.Get("/v3");
        await talk.Get("/healthz");
        await talk.Get("/v3/organizations?order_by=name");
        await talk.Get("/v3/spaces?names=default&organization_guids=00000000-0000-4000-8000-000000000002");
        await talk.Get("/v3/spaces?names=other");
        await talk.Get("/v3/domains");
        await talk.Get("/v3/routes?app_guids=x");
        await talk.Get("/api/cells");
        await talk.Get("/v3/nothing/here.txt");
        await talk.Ask(HttpMethod.Delete, "/v3/tasks", null);

        talk.Check();
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"command":"a","command":"b"}""")]
    [InlineData("""{"command":"\ud800"}""")]
    [InlineData("""{"command":"a"} {}""")]
    [InlineData("""{"command":"a",}""")]
    public async Task A_body_that_is_no_JSON_object_is_refused(string body)
    {
        using var response = await host.Send(HttpMethod.Post, $"/v3/apps/{await App()}/tasks", Bodies.Json(body));
        var error = await Bodies.Error(response);

        Assert.Equal("400 1001 CF-MessageParseError", $"{(int)response.StatusCode} {error["code"]} {error["title"]}");
    }

    [Fact]
    public async Task A_deep_body_is_refused()
    {
        using var response = await host.Send(HttpMethod.Post, "/v3/apps", Bodies.Json($"{{\"name\":{new string('[', 10_000)}{new string(']', 10_000)}}}"));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task A_body_of_another_kind_is_refused()
    {
        using var response = await host.Send(HttpMethod.Post, $"/v3/apps/{await App()}/tasks", new StringContent("""{"command":"true"}""", Encoding.UTF8, "text/plain"));
        var error = await Bodies.Error(response);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
        Assert.Equal("The request's content type must be application/json", error.Text("detail"));
    }

    [Fact]
    public async Task A_body_of_a_gigabyte_is_refused_without_being_read()
    {
        using var told = new Counted(1_000_000_000);
        using var body = new StreamContent(told);
        body.Headers.ContentType = new("application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v3/apps/{await App()}/tasks") { Content = body };
        request.Headers.ExpectContinue = true;
        using var response = await host.Http.SendAsync(request);
        var error = await Bodies.Error(response);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Equal("The request's body is larger than 65536 bytes", error.Text("detail"));
        Assert.Equal(0, told.Taken);
    }

    [Theory]
    [InlineData("attacker.example", HttpStatusCode.BadRequest)]
    [InlineData("127.0.0.1.attacker.example", HttpStatusCode.BadRequest)]
    [InlineData("10.0.0.1:8080", HttpStatusCode.BadRequest)]
    [InlineData("LOCALHOST:1234", HttpStatusCode.OK)]
    [InlineData("127.0.0.1", HttpStatusCode.OK)]
    [InlineData("[::1]:80", HttpStatusCode.OK)]
    public async Task Only_names_of_this_host_are_answered(string name, HttpStatusCode status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Host = name;

        using var response = await host.Http.SendAsync(request);

        Assert.Equal(status, response.StatusCode);
    }

    [Theory]
    [InlineData("https://attacker.example", HttpStatusCode.Forbidden)]
    [InlineData("null", HttpStatusCode.Forbidden)]
    [InlineData("http://localhost:3000", HttpStatusCode.OK)]
    public async Task Pages_of_other_hosts_are_refused(string origin, HttpStatusCode status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v3");
        request.Headers.Add("Origin", origin);

        using var response = await host.Http.SendAsync(request);

        Assert.Equal(status, response.StatusCode);
    }

    [Theory]
    [InlineData("http://127.0.0.1:8080", true)]
    [InlineData("http://127.1.2.3:8080", true)]
    [InlineData("http://localhost:8080", true)]
    [InlineData("http://[::1]:8080", true)]
    [InlineData("http://0.0.0.0:8080", false)]
    [InlineData("http://*:8080", false)]
    [InlineData("http://+:8080", false)]
    [InlineData("http://[::]:8080", false)]
    [InlineData("http://10.1.2.3:8080", false)]
    [InlineData("http://granary.example:8080", false)]
    [InlineData("http://localhost.example:8080", false)]
    [InlineData("https://127.0.0.1:8080", true)]
    [InlineData("https://10.1.2.3:8080", false)]
    [InlineData("ftp://127.0.0.1:8080", false)]
    public void A_silo_without_tokens_listens_on_loopback_only(string http, bool isAllowed)
    {
        var faults = new SiloOptions { Http = http }.Validate(new ValidationContext(new object())).ToArray();

        Assert.Equal(isAllowed, faults.Length == 0);
        Assert.All(faults, fault => Assert.Contains("127.0.0.1", fault.ErrorMessage, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("http://0.0.0.0:8080")]
    [InlineData("http://[::]:8080")]
    [InlineData("https://10.1.2.3:8443")]
    public void With_tokens_it_listens_where_it_is_told(string http) =>
        Assert.Empty(new SiloOptions { Http = http, Access = ApiAccess.Tokens }.Validate(new ValidationContext(new object())));

    [Fact]
    public async Task Without_its_database_Granary_says_so_and_recovers()
    {
        var app = await App();
        var task = await host.Client.Run(app, new TaskSubmission { Command = "true" });
        await host.Client.Wait(task.Id);
        var talk = new Conversation(host);

        host.Database.IsGone = true;
        try
        {
            await talk.Get("/healthz");
            await talk.Get("/v3/apps");
            await talk.Get("/v3/tasks?per_page=1");
            await talk.Post("/v3/apps", """{"name":"not now"}""");
            await talk.Post($"/v3/apps/{Guid.NewGuid()}/tasks", """{"command":"true"}""");
        }
        finally
        {
            host.Database.IsGone = false;
        }

        await talk.Get("/healthz");
        await talk.Get("/v3/apps?names=not%20now");
        talk.Check();
    }

    [Fact]
    public async Task A_request_that_takes_too_long_is_answered()
    {
        using var held = host.Database.Hold();

        using var response = await host.Send(HttpMethod.Get, "/v3/apps");
        var error = await Bodies.Error(response);

        Assert.Equal("503 CF-ServiceUnavailable: The request took longer than 8 s", $"{(int)response.StatusCode} {error.Text("title")}: {error.Text("detail")}");
    }

    [Fact]
    public async Task An_unfinished_request_of_a_client_that_went_away_is_no_error()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using (var socket = new TcpClient())
        {
            await socket.ConnectAsync(IPAddress.Loopback, host.Address.Port, limit.Token);
            await socket.GetStream().WriteAsync("POST /v3/apps HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"u8.ToArray(), limit.Token);
            await host.Active(requests => requests == 1, limit.Token);
        }

        await host.Active(requests => requests == 0, limit.Token);
        Assert.DoesNotContain(host.Said, each => each.Contains("/v3/apps", StringComparison.Ordinal) && each.Contains("failed", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_refusal_has_its_error()
    {
        Assert.All(Enum.GetValues<RefusalReason>(), reason => Assert.InRange(CfError.Of(new Refusal(reason, "words")).Status, 400, 499));
    }

    [Fact]
    public async Task Every_answer_names_its_request()
    {
        using var good = await host.Send(HttpMethod.Get, "/");
        using var bad = await host.Send(HttpMethod.Get, "/v3/tasks/x");

        Assert.True(Guid.TryParse(good.Headers.GetValues("X-Vcap-Request-Id").Single(), out _));
        Assert.True(Guid.TryParse(bad.Headers.GetValues("X-Vcap-Request-Id").Single(), out _));
    }

    private async Task<AppId> App()
    {
        const string name = "edge";
        return ((await host.Client.FindApp(name)) ?? await Given.App(host, name)).Id;
    }
}
