using Granary.Core.Apps;
using Granary.Core.Audit;
using Granary.Core.Tasks;
using Granary.Testing;

namespace Granary.Core.Tests.Audit;

public sealed class AuditRulesTests
{
    private const string Guid = "0195c3a4-0000-4000-8000-000000000001";
    private static readonly AppState App = A.ExistingApp() with { Id = new AppId(System.Guid.Parse(Guid)) };

    [Fact]
    public void A_task_is_told_of_without_its_command()
    {
        var (spec, _) = TaskRules.Resolve(new TaskSubmission { Command = "hush", Name = "quiet", NamesItself = true, MemoryMb = 96 }, A.TaskId(), A.ExistingApp(), A.StagedDroplet(), new TaskPolicy(), PlaceNames.Default);

        var told = AuditRules.OfTask("create", A.RunningTask(1, spec), A.At(3));

        Assert.Equal(
            ("audit.app.task.create", A.App.Value, "training-app", A.ExistingApp().Space, A.At(3)),
            (told.Type, told.App, told.AppName, told.Space, told.CreatedAt));
        Assert.Equal($$$"""{"task_guid":"{{{A.TaskId()}}}","request":{"name":"quiet","memory_in_mb":96,"command":"[PRIVATE DATA HIDDEN]"}}""", told.Data);
    }

    [Fact]
    public void Sizes_of_a_process_are_scaled_and_a_command_is_an_update()
    {
        var scaled = AuditRules.OfProcess(App, "worker", new ProcessChange(Instances: 2, MemoryMb: 64), A.Start);
        var changed = AuditRules.OfProcess(App, "web", new ProcessChange(ChangesCommand: true, Command: "hush"), A.Start);

        Assert.Equal(("audit.app.process.scale", $$$"""{"process_guid":"{{{Guid}}}-worker","process_type":"worker","request":{"instances":2,"memory_in_mb":64}}"""), (scaled.Type, scaled.Data));
        Assert.Equal(("audit.app.process.update", $$$"""{"process_guid":"{{{Guid}}}","process_type":"web","request":{"command":"[PRIVATE DATA HIDDEN]"}}"""), (changed.Type, changed.Data));
    }

    [Fact]
    public void Variables_are_not_told()
    {
        var told = AuditRules.OfEnvironment(App with { Environment = App.Environment.SetItem("SECRET", "hush") }, A.Start);

        Assert.Equal("""{"request":{"environment_variables":"[PRIVATE DATA HIDDEN]"}}""", told.Data);
    }

    [Fact]
    public void A_part_of_a_request_that_is_tried_again_is_the_same_event_and_another_part_is_not()
    {
        var ann = new Requester(System.Guid.NewGuid(), new Actor("u", "user", "ann"));
        var told = AuditRules.OfApp("update", App, A.Start);

        Assert.Equal(told.By(ann, "app/1").Id, AuditRules.OfApp("update", App, A.At(9)).By(ann, "app/1").Id);
        Assert.NotEqual(told.By(ann, "app/1").Id, told.By(ann, "app/2").Id);
        Assert.NotEqual(told.By(ann, "app/1").Id, told.By(ann with { Request = System.Guid.NewGuid() }, "app/1").Id);
        Assert.Equal("ann", told.By(ann, "app/1").Actor.Name);
    }
}
