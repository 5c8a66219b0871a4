using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Granary.Core.Apps;
using Granary.Core.Tasks;

namespace Granary.Api.Tests;

/// <summary>Lists of tasks: every filter of section 1.11, orders and pages.</summary>
[Collection(ApiCollection.Name)]
public sealed class TaskListTests(ApiHost host)
{
    private const string Team = "team";

    [Fact]
    public async Task A_list_of_tasks_as_it_is_written()
    {
        var (app, tasks) = await Tasks(2);
        await host.Client.Wait(tasks[0].Id);
        await host.Client.Wait(tasks[1].Id);
        var talk = new Conversation(host);

        await talk.Get($"/v3/apps/{app}/tasks?per_page=1");
        await talk.Get($"/v3/tasks?app_guids={app}&guids={tasks[1].Id}");
        await talk.Get($"/v3/tasks?app_guids={app}&space_guids={Guid.NewGuid()}");

        talk.Check();
    }

    [Theory]
    [InlineData("names=T1", "1")]
    [InlineData("names=t1,t3", "1 3")]
    [InlineData("names=t1%2Ct3&names=t2", "1 2 3")]
    [InlineData("states=SUCCEEDED", "1 2 4")]
    [InlineData("states=FAILED,RUNNING", "3")]
    [InlineData("states=NOTHING", "")]
    [InlineData("sequence_ids=2,4", "2 4")]
    [InlineData("label_selector=team%3Dred", "1 3")]
    [InlineData("label_selector=team%3D%3Dred,number%20in%20(3,4)", "3")]
    [InlineData("label_selector=team!%3Dred", "2 4")]
    [InlineData("label_selector=number%20notin%20(1,2)", "3 4")]
    [InlineData("label_selector=odd", "1 3")]
    [InlineData("label_selector=!odd", "2 4")]
    [InlineData("order_by=-created_at", "4 3 2 1")]
    [InlineData("order_by=%2Bcreated_at", "1 2 3 4")]
    [InlineData("created_ats%5Bgte%5D=2000-01-01T00:00:00Z", "1 2 3 4")]
    [InlineData("created_ats%5Bgt%5D=2000-01-01T00:00:00Z&states=FAILED", "3")]
    [InlineData("created_ats[lt]=2000-01-01T00:00:00Z", "")]
    [InlineData("updated_ats[lte]=2000-01-01T00:00:00Z", "")]
    [InlineData("created_ats=2000-01-01T00:00:00Z", "")]
    [InlineData("guids=no-guid", "")]
    [InlineData("per_page=2&page=2", "3 4")]
    [InlineData("per_page=2&page=3", "")]
    public async Task A_filter_lets_pass_what_it_names(string query, string sequenceIds)
    {
        var app = await Four();

        var page = await Get($"/v3/apps/{app}/tasks?{query}");

        Assert.Equal(sequenceIds, Sequences(page));
    }

    [Fact]
    public async Task A_filter_by_time_means_the_whole_second_that_clients_see()
    {
        var app = await Four();
        var first = (await Get($"/v3/apps/{app}/tasks?sequence_ids=1"))["resources"]![0]!;
        var at = first.Text("created_at");

        Assert.Contains("1", Sequences(await Get($"/v3/apps/{app}/tasks?created_ats={at}")), StringComparison.Ordinal);
        Assert.Contains("1", Sequences(await Get($"/v3/apps/{app}/tasks?created_ats[lte]={at}")), StringComparison.Ordinal);
        Assert.Contains("1", Sequences(await Get($"/v3/apps/{app}/tasks?created_ats[gte]={at}")), StringComparison.Ordinal);
        Assert.DoesNotContain("1", Sequences(await Get($"/v3/apps/{app}/tasks?created_ats[gt]={at}")), StringComparison.Ordinal);
        Assert.DoesNotContain("1", Sequences(await Get($"/v3/apps/{app}/tasks?created_ats[lt]={at}")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("colour=red&shape=round", "Unknown query parameter(s): 'colour', 'shape'")]
    [InlineData("app_guids=x", "Unknown query parameter(s): 'app_guids'")]
    [InlineData("page=0", "Page must be a whole number between 1 and 2147483647")]
    [InlineData("page=1.5", "Page must be a whole number between 1 and 2147483647")]
    [InlineData("per_page=0", "Per page must be a whole number between 1 and 5000")]
    [InlineData("per_page=5001", "Per page must be a whole number between 1 and 5000")]
    [InlineData("order_by=name", "Order by can only be: 'created_at', 'updated_at'")]
    [InlineData("order_by=--created_at", "Order by can only be: 'created_at', 'updated_at'")]
    [InlineData("sequence_ids=one", "Sequence ids: 'one' is not a whole number")]
    [InlineData("created_ats=yesterday", "Created ats has an invalid timestamp format")]
    [InlineData("updated_ats[lt]=2020-01-01", "Updated ats has an invalid timestamp format")]
    [InlineData("label_selector=", "Label selector is invalid")]
    [InlineData("label_selector=a%20b", "Label selector is invalid")]
    [InlineData("label_selector=a%20in%20()", "Label selector is invalid")]
    [InlineData("names=a%00b", "Values must not contain a null character")]
    [InlineData("after=nowhere", "After: The position is not one that a listing in this order gave out.")]
    [InlineData("page=0&per_page=0", "Page must be a whole number between 1 and 2147483647, Per page must be a whole number between 1 and 5000")]
    public async Task A_bad_parameter_is_refused(string query, string detail)
    {
        var app = await Four();

        using var response = await host.Send(HttpMethod.Get, $"/v3/apps/{app}/tasks?{query}");
        var error = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["errors"]!.AsArray().Single()!;

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("10005 CF-BadQueryParameter", $"{error["code"]} {error["title"]}");
        Assert.StartsWith($"The query parameter is invalid: {detail}", error.Text("detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sequence_ids_belong_to_one_app()
    {
        using var response = await host.Send(HttpMethod.Get, "/v3/tasks?sequence_ids=1");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("&order_by=-created_at")]
    [InlineData("&order_by=updated_at&states=SUCCEEDED")]
    public async Task Links_lead_through_all_pages_once(string query)
    {
        var (app, tasks) = await Tasks(7);
        foreach (var task in tasks)
        {
            await host.Client.Wait(task.Id);
        }

        var seen = new List<string>();
        string? next = $"/v3/tasks?app_guids={app}&per_page=3{query}";
        for (var number = 1; next is not null; number++)
        {
            var page = await Get(next);
            var pagination = page["pagination"]!;
            seen.AddRange(page["resources"]!.AsArray().Select(each => each!.Text("guid")));
            Assert.Equal(7, (int)pagination["total_results"]!);
            Assert.Equal(3, (int)pagination["total_pages"]!);
            Assert.Equal(number > 1, pagination["previous"] is not null);
            next = (string?)pagination["next"]?["href"];
            Assert.StartsWith(host.Address.GetLeftPart(UriPartial.Authority), next ?? host.Address.AbsoluteUri, StringComparison.Ordinal);
            // By number alone it is the same page.
            Assert.Equal(Guids(page), Guids(await Get($"/v3/tasks?app_guids={app}&per_page=3{query}&page={number}")));
        }

        Assert.Equal(tasks.Select(each => each.Id.ToString()).Order(), seen.Order());
    }

    private static string Guids(JsonNode page) => string.Join(' ', page["resources"]!.AsArray().Select(each => each!.Text("guid")));

    private static string Sequences(JsonNode page) => string.Join(' ', page["resources"]!.AsArray().Select(each => (int)each!["sequence_id"]!));

    private async Task<JsonNode> Get(string path)
    {
        using var response = await host.Send(HttpMethod.Get, path);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }

    private async Task<(AppId App, IReadOnlyList<TaskState> Tasks)> Tasks(int count, [System.Runtime.CompilerServices.CallerMemberName] string name = "")
    {
        var app = await Given.App(host, $"{name} {Guid.NewGuid():N}");
        var tasks = new List<TaskState>();
        for (var number = 1; number <= count; number++)
        {
            tasks.Add(await host.Client.Run(app.Id, new TaskSubmission { Command = "true", Name = string.Create(CultureInfo.InvariantCulture, $"t{number}"), NamesItself = true, MemoryMb = 8, DiskMb = 8 }));
        }

        return (app.Id, tasks);
    }

    /// <summary>An app with four ended tasks, of which the third failed.</summary>
    private async Task<AppId> Four()
    {
        const string name = "four tasks";
        if (await host.Client.FindApp(name) is { } found)
        {
            return found.Id;
        }

        var app = (await Given.App(host, name)).Id;
        for (var number = 1; number <= 4; number++)
        {
            var labels = Metadata.Empty.Labels
                .Add("number", number.ToString(CultureInfo.InvariantCulture))
                .Add(Team, number % 2 == 1 ? "red" : "blue");
            var task = await host.Client.Run(app, new TaskSubmission
            {
                Command = number == 3 ? "exit 1" : "true",
                Name = string.Create(CultureInfo.InvariantCulture, $"t{number}"),
                NamesItself = true,
                Metadata = Metadata.Empty with { Labels = number % 2 == 1 ? labels.Add("odd", "") : labels },
            });
            await host.Client.Wait(task.Id);
        }

        return app;
    }
}
