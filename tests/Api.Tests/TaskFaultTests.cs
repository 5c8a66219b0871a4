using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Granary.Core.Apps;

namespace Granary.Api.Tests;

/// <summary>Every row of section 1.5 that does not need users or quotas.</summary>
[Collection(ApiCollection.Name)]
public sealed class TaskFaultTests(ApiHost host)
{
    [Theory]
    [InlineData("{}", "No command or template provided")]
    [InlineData("""{"command":null}""", "No command or template provided")]
    [InlineData("""{"command":""}""", "command presence")]
    [InlineData("""{"command":5}""", "Command must be a string")]
    [InlineData("""{"template":{}}""", "Template process guid must be a string")]
    [InlineData("""{"template":{"process":{"guid":""}}}""", "Template process guid must be between 1 and 200 characters")]
    [InlineData("""{"template":"web"}""", "Template must be an object, No command or template provided")]
    [InlineData("""{"command":"true","memory_in_mb":"many"}""", "Memory in mb is not a number")]
    [InlineData("""{"command":"true","memory_in_mb":true}""", "Memory in mb is not a number")]
    [InlineData("""{"command":"true","memory_in_mb":1.5}""", "Memory in mb must be an integer")]
    [InlineData("""{"command":"true","memory_in_mb":"1.0"}""", "Memory in mb must be an integer")]
    [InlineData("""{"command":"true","memory_in_mb":0}""", "Memory in mb must be greater than 0")]
    [InlineData("""{"command":"true","memory_in_mb":"-1"}""", "Memory in mb must be greater than 0")]
    [InlineData("""{"command":"true","memory_in_mb":4294967296}""", "Memory in mb must be less than or equal to 2147483647")]
    [InlineData("""{"command":"true","disk_in_mb":"x"}""", "Disk in mb is not a number")]
    [InlineData("""{"command":"true","disk_in_mb":0.5}""", "Disk in mb must be an integer")]
    [InlineData("""{"command":"true","disk_in_mb":-7}""", "Disk in mb must be greater than 0")]
    [InlineData("""{"command":"true","disk_in_mb":2049}""", "Cannot request disk_in_mb greater than 2048")]
    [InlineData("""{"command":"true","log_rate_limit_in_bytes_per_second":"fast"}""", "Log rate limit in bytes per second is not a number")]
    [InlineData("""{"command":"true","log_rate_limit_in_bytes_per_second":2.5}""", "Log rate limit in bytes per second must be an integer")]
    [InlineData("""{"command":"true","log_rate_limit_in_bytes_per_second":-2}""", "Log rate limit in bytes per second must be greater than -2")]
    [InlineData("""{"command":"true","log_rate_limit_in_bytes_per_second":9223372036854775808}""", "Log rate limit in bytes per second must be less than or equal to 9223372036854775807")]
    [InlineData("""{"command":"true","droplet_guid":7}""", "Droplet guid must be a string")]
    [InlineData("""{"command":"true","droplet_guid":""}""", "Droplet guid must be between 1 and 200 characters")]
    [InlineData("""{"command":"true","name":null}""", "name presence, name format")]
    [InlineData("""{"command":"true","name":""}""", "name presence, name format")]
    [InlineData("""{"command":"true","name":"two\nlines"}""", "name format")]
    [InlineData("""{"command":"true","name":"escape\u001b[1m"}""", "name format")]
    [InlineData("""{"command":"true","user":3}""", "User must be a string, User invalid, allowed users are: 'vcap'")]
    [InlineData("""{"command":"true","user":""}""", "User must be between 1 and 255 characters")]
    [InlineData("""{"command":"true","user":"root"}""", "User invalid, allowed users are: 'vcap'")]
    [InlineData("""{"command":"true","instances":2,"env":{}}""", "Unknown field(s): 'instances', 'env'")]
    [InlineData("""{"command":"true","template":{"process":{"guid":"x","type":"web"}}}""", "Unknown field(s): 'template.process.type'")]
    [InlineData("""{"command":"true","metadata":{"labels":{"a b":"c"}}}""", "Metadata label key error: 'a b' must be up to 63 letters, digits, '-', '_' or '.', and start and end with a letter or digit")]
    [InlineData("""{"command":"true","metadata":{"labels":{"a":1}}}""", "Metadata label value error: the value of 'a' must be a string")]
    [InlineData("""{"command":"true","metadata":{"annotations":[]}}""", "Annotations must be an object")]
    [InlineData("""{"command":"true","granary":{"deadline_in_seconds":0}}""", "Deadline in seconds must be between 1 and 2592000")]
    [InlineData("""{"command":"true","granary":{"guid":"mine"}}""", "Guid must be a guid")]
    [InlineData("""{"command":"true","granary":{"on_cell_loss":"panic"}}""", "On cell loss must be 'move' or 'fail'")]
    [InlineData("""{"command":"true","granary":{"retries":1}}""", "Unknown field(s): 'granary.retries'")]
    [InlineData("""{"memory_in_mb":0,"disk_in_mb":"x","colour":"red"}""", "Unknown field(s): 'colour', Disk in mb is not a number, No command or template provided, Memory in mb must be greater than 0")]
    public async Task A_bad_body_is_refused_with_every_fault_in_one_error(string body, string detail) =>
        await Refused(await App(), body, HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity", detail);

    [Fact]
    public async Task A_command_may_be_as_long_as_the_limit_and_no_longer()
    {
        var app = await App();

        await Refused(app, $$"""{"command":"{{new string('x', 4097)}}"}""", HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity", "command must be shorter than 4097 characters");
        using var longest = await host.Send(HttpMethod.Post, $"/v3/apps/{app}/tasks", Json($$"""{"command":"{{new string('x', 4096)}}"}"""));

        Assert.Equal(HttpStatusCode.Accepted, longest.StatusCode);
    }

    [Fact]
    public async Task A_droplet_must_exist_and_be_the_apps_own()
    {
        var other = await Given.App(host);

        await Refused(await App(), $$"""{"command":"true","droplet_guid":"{{Guid.NewGuid()}}"}""", HttpStatusCode.NotFound, 10010, "CF-ResourceNotFound", "Droplet not found");
        await Refused(await App(), """{"command":"true","droplet_guid":"no-guid"}""", HttpStatusCode.NotFound, 10010, "CF-ResourceNotFound", "Droplet not found");
        await Refused(await App(), $$"""{"command":"true","droplet_guid":"{{other.CurrentDroplet}}"}""", HttpStatusCode.NotFound, 10010, "CF-ResourceNotFound", "Droplet not found");
    }

    [Fact]
    public async Task An_app_that_was_never_staged_runs_nothing()
    {
        var app = await host.Client.CreateApp(nameof(An_app_that_was_never_staged_runs_nothing));

        await Refused(app.Id, """{"command":"true"}""", HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity", "Task must have a droplet. Specify droplet or assign current droplet to app.");
    }

    [Fact]
    public async Task A_template_without_a_command_is_refused()
    {
        var app = await host.Client.Push(nameof(A_template_without_a_command_is_refused), new MemoryStream(Given.Zip(("index.html", "no Procfile"))));

        await Refused(app.Id, Given.Template(app.Id.ToString()), HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity", "command presence");
    }

    [Fact]
    public async Task A_refused_task_takes_no_number()
    {
        var app = await Given.App(host);

        await Refused(app.Id, "{}", HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity", "No command or template provided");
        using var first = await host.Send(HttpMethod.Post, $"/v3/apps/{app.Id}/tasks", Json("""{"command":"true"}"""));

        Assert.Equal(1, (int)JsonNode.Parse(await first.Content.ReadAsStringAsync())!["sequence_id"]!);
    }

    private async Task Refused(AppId app, string body, HttpStatusCode status, int code, string title, string detail)
    {
        using var response = await host.Send(HttpMethod.Post, $"/v3/apps/{app}/tasks", Json(body));
        var answer = await response.Content.ReadAsStringAsync();

        var error = Assert.Single(JsonNode.Parse(answer)!["errors"]!.AsArray())!;
        Assert.Equal(
            string.Create(CultureInfo.InvariantCulture, $"{(int)status} {code} {title}: {detail}"),
            string.Create(CultureInfo.InvariantCulture, $"{(int)response.StatusCode} {error["code"]} {error["title"]}: {error["detail"]}"));
    }

    private async Task<AppId> App()
    {
        const string name = "faults";
        return ((await host.Client.FindApp(name)) ?? await Given.App(host, name)).Id;
    }

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");
}
