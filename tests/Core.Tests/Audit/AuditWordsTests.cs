using Granary.Core.Audit;

namespace Granary.Core.Tests.Audit;

public sealed class AuditWordsTests
{
    private static readonly Guid App = Guid.Parse("0195c3a4-0000-4000-8000-000000000001");

    [Theory]
    [InlineData("app.create", "{}", "Created app with guid 0195c3a4-0000-4000-8000-000000000001")]
    [InlineData("app.update", "{}", "Updated app with guid 0195c3a4-0000-4000-8000-000000000001")]
    [InlineData("app.update", """{"request":{"environment_variables":"[PRIVATE DATA HIDDEN]"}}""", """Updated app with guid 0195c3a4-0000-4000-8000-000000000001 ({"environment_variables"=>"[PRIVATE DATA HIDDEN]"})""")]
    [InlineData("app.droplet.mapped", """{"request":{"droplet_guid":"d"}}""", """Updated app with guid 0195c3a4-0000-4000-8000-000000000001 ({"droplet_guid"=>"d"})""")]
    [InlineData("app.process.scale", """{"process_guid":"p","process_type":"worker","request":{"instances":2}}""", "Scaling process: \"worker\"")]
    [InlineData("app.process.terminate_instance", """{"process_type":"web","process_index":"0"}""", "Terminating process: \"web\", index: \"0\"")]
    [InlineData("app.restart", "{}", "Restarted app with guid 0195c3a4-0000-4000-8000-000000000001")]
    [InlineData("app.task.create", """{"task_guid":"t"}""", null)]
    [InlineData("app.delete-request", "{}", null)]
    public void The_log_says_it_in_the_words_of_Cloud_Foundry(string type, string data, string? words) =>
        Assert.Equal(words, AuditWords.Of(new AuditEvent { App = App, Type = $"audit.{type}", Data = data }));
}
