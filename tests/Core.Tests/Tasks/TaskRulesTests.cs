using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Runtime;
using Granary.Core.Tasks;
using Granary.Testing;

namespace Granary.Core.Tests.Tasks;

public sealed class TaskRulesTests
{
    private static readonly TaskPolicy Policy = new(UsersAllowed: ["Worker"]);

    private static readonly TaskSubmission Good = new() { Command = "true" };

    /// <summary>A request with one fault, and what the answer says about it.</summary>
    public static TheoryData<TaskSubmission, string> Faults => new()
    {
        { Good with { Command = null }, "No command or template provided" },
        { Good with { Command = "" }, "command presence" },
        { Good with { Command = "  " }, "command presence" },
        { Good with { Command = null, TemplateProcess = "worker" }, "command presence" },
        { Good with { Command = new string('x', 4097) }, "command must be shorter than 4097 characters" },
        { Good with { Command = "a\0b" }, "command must not contain a null character" },
        { Good with { NamesItself = true }, "name presence, name format" },
        { Good with { NamesItself = true, Name = "" }, "name presence, name format" },
        { Good with { NamesItself = true, Name = "   " }, "name presence" },
        { Good with { NamesItself = true, Name = "a\nb" }, "name format" },
        { Good with { NamesItself = true, Name = "a\u001b[31mb" }, "name format" },
        { Good with { NamesItself = true, Name = "a\u007f" }, "name format" },
        { Good with { NamesItself = true, Name = "a\u2028b" }, "name format" },
        { Good with { NamesItself = true, Name = "a\ud800" }, "name format" },
        { Good with { NamesItself = true, Name = new string('n', 256) }, "name is too long (maximum is 255 characters)" },
        { Good with { User = "" }, "User must be between 1 and 255 characters" },
        { Good with { User = new string('u', 256) }, "User must be between 1 and 255 characters" },
        { Good with { User = "root" }, "User invalid, allowed users are: 'vcap', 'Worker'" },
        { Good with { MemoryMb = 0 }, "Memory in mb must be greater than 0" },
        { Good with { MemoryMb = -1 }, "Memory in mb must be greater than 0" },
        { Good with { DiskMb = 0 }, "Disk in mb must be greater than 0" },
        { Good with { DiskMb = 2049 }, "Cannot request disk_in_mb greater than 2048" },
        { Good with { LogBytesPerSecond = -2 }, "Log rate limit in bytes per second must be greater than -2" },
        { Good with { DeadlineSeconds = 0 }, "Deadline in seconds must be between 1 and 2592000" },
        { Good with { DeadlineSeconds = 2_592_001 }, "Deadline in seconds must be between 1 and 2592000" },
        { Good with { LossesMax = -1 }, "Losses max must be between 0 and 100" },
        { Good with { LossesMax = 101 }, "Losses max must be between 0 and 100" },
        { Good with { RetriesMax = -1 }, "Retries max must be between 0 and 100" },
        { Good with { RetriesMax = 101 }, "Retries max must be between 0 and 100" },
        { Good with { Metadata = Metadata.Empty with { Labels = Metadata.Empty.Labels.Add("-", "") } }, "Metadata label key error: '-' must be up to 63 letters, digits, '-', '_' or '.', and start and end with a letter or digit" },
    };

    [Theory]
    [MemberData(nameof(Faults), DisableDiscoveryEnumeration = true)]
    public void A_fault_is_told(TaskSubmission request, string fault)
    {
        var (spec, refusal) = Resolve(request, A.StagedDroplet());

        Assert.Null(spec);
        Assert.Equal(RefusalReason.Invalid, refusal!.Reason);
        Assert.Equal(fault, refusal.Detail);
    }

    [Fact]
    public void All_faults_of_a_request_are_in_one_answer()
    {
        var request = new TaskSubmission
        {
            Command = "",
            Name = "a\tb",
            NamesItself = true,
            User = "root",
            MemoryMb = 0,
            DiskMb = 9999,
            LogBytesPerSecond = -5,
            DeadlineSeconds = 0,
            LossesMax = -1,
            RetriesMax = 1000,
            Metadata = Metadata.Empty with { Annotations = Metadata.Empty.Annotations.Add("cloudfoundry.org/x", "") },
        };

        var (_, refusal) = Resolve(request, droplet: null);

        Assert.Equal(
            [
                "command presence",
                "name format",
                "User invalid, allowed users are: 'vcap', 'Worker'",
                "Memory in mb must be greater than 0",
                "Cannot request disk_in_mb greater than 2048",
                "Log rate limit in bytes per second must be greater than -2",
                "Deadline in seconds must be between 1 and 2592000",
                "Losses max must be between 0 and 100",
                "Retries max must be between 0 and 100",
                "Metadata annotation key error: prefix 'cloudfoundry.org' is reserved",
                "Task must have a droplet. Specify droplet or assign current droplet to app.",
            ],
            refusal!.Details.AsEnumerable());
    }

    [Fact]
    public void An_app_without_a_droplet_or_with_a_failed_one_is_refused()
    {
        Assert.Equal(TaskRules.NoDroplet, Resolve(Good, null).Refusal!.Detail);
        Assert.Equal(TaskRules.NoDroplet, Resolve(Good, A.StagedDroplet() with { Phase = DropletPhase.Failed }).Refusal!.Detail);
    }

    [Fact]
    public void A_named_droplet_that_is_unknown_or_of_another_app_is_not_found()
    {
        var request = Good with { Droplet = A.Droplet };
        var expected = new Refusal(RefusalReason.DropletNotFound, "Droplet not found").ToString();

        Assert.Equal(expected, Resolve(request, null).Refusal!.ToString());
        Assert.Equal(expected, Resolve(request, A.StagedDroplet() with { App = new AppId(Guid.Empty) }).Refusal!.ToString());
        Assert.Null(Resolve(request, A.StagedDroplet()).Refusal);
    }

    [Fact]
    public void What_is_not_said_gets_its_default()
    {
        var spec = Resolve(Good, A.StagedDroplet()).Spec!;

        Assert.Equal("00000001", spec.Name);
        Assert.Equal("vcap", spec.User);
        Assert.Equal((1024, 1024, -1L), (spec.MemoryMb, spec.DiskMb, spec.LogBytesPerSecond));
        Assert.Equal(ContainerNetwork.Outbound, spec.Network);
        Assert.Equal(AttemptPolicy.Default, spec.Policy);
        Assert.Null(spec.Deadline);
        Assert.Equal(A.Droplet, spec.Droplet);
    }

    [Fact]
    public void What_is_said_is_kept()
    {
        var request = new TaskSubmission
        {
            Command = "c",
            Name = "b\\c ü ✓ 𝄞",
            NamesItself = true,
            User = "WORKER",
            MemoryMb = 8,
            DiskMb = 2048,
            LogBytesPerSecond = 0,
            Network = ContainerNetwork.None,
            DeadlineSeconds = 5,
            LossesMax = 0,
            RetriesMax = 100,
            OnCellLoss = OnCellLoss.Fail,
        };

        var spec = Resolve(request, A.StagedDroplet()).Spec!;

        Assert.Equal("b\\c ü ✓ 𝄞", spec.Name);
        Assert.Equal("Worker", spec.User);
        Assert.Equal((8, 2048, 0L), (spec.MemoryMb, spec.DiskMb, spec.LogBytesPerSecond));
        Assert.Equal(ContainerNetwork.None, spec.Network);
        Assert.Equal((0, 100, OnCellLoss.Fail), (spec.Policy.LossesMax, spec.Policy.RetriesMax, spec.Policy.OnCellLoss));
        Assert.Equal(TimeSpan.FromSeconds(5), spec.Deadline);
    }

    [Fact]
    public void A_disk_default_above_the_maximum_is_no_fault_of_the_request() =>
        Assert.Equal(4096, TaskRules.Resolve(Good, A.TaskId(), A.ExistingApp(), A.StagedDroplet(), Policy with { DiskMb = 4096 }, PlaceNames.Default).Spec!.DiskMb);

    [Fact]
    public void The_command_is_the_requests_own_else_that_of_the_template_process()
    {
        var droplet = A.StagedDroplet(("worker", "work hard"));

        Assert.Equal("work hard", Resolve(new TaskSubmission { TemplateProcess = "worker" }, droplet).Spec!.Command);
        Assert.Equal("mine", Resolve(new TaskSubmission { TemplateProcess = "worker", Command = "mine" }, droplet).Spec!.Command);
    }

    [Fact]
    public void An_image_of_the_users_own_keeps_its_own_user_and_home()
    {
        var spec = Resolve(Good, A.StagedDroplet() with { Lifecycle = Lifecycle.Docker }).Spec!;

        Assert.Null(spec.User);
        Assert.Empty(new[] { "HOME", "TMPDIR", "DEPS_DIR", "LANG" }.Intersect(spec.Environment.Keys));
    }

    [Fact]
    public void The_platforms_variables_win_over_the_apps_and_the_instances_are_not_set()
    {
        var app = A.ExistingApp() with { Environment = A.Spec().Environment.Add("MEMORY_LIMIT", "mine").Add("HOME", "/mine") };

        var environment = TaskRules.Resolve(Good with { MemoryMb = 256 }, A.TaskId(), app, A.StagedDroplet(), Policy, PlaceNames.Default).Spec!.Environment;

        Assert.Equal("256m", environment["MEMORY_LIMIT"]);
        Assert.Equal("hello", environment["GREETING"]);
        Assert.Equal("/home/vcap/app", environment["HOME"]);
        Assert.Equal("{}", environment["VCAP_SERVICES"]);
        Assert.Equal(("[]", "", ""), (environment["CF_INSTANCE_PORTS"], environment["CF_INSTANCE_PORT"], environment["CF_INSTANCE_ADDR"]));
        Assert.Empty(new[] { "PORT", "VCAP_APP_PORT", "VCAP_APP_HOST", "CF_INSTANCE_INDEX", "CF_INSTANCE_GUID", "INSTANCE_INDEX", "INSTANCE_GUID" }.Intersect(environment.Keys));
        Assert.Contains("\"mem\":256", environment["VCAP_APPLICATION"], StringComparison.Ordinal);
        Assert.Contains("\"disk\":1024", environment["VCAP_APPLICATION"], StringComparison.Ordinal);
    }

    private static (TaskSpec? Spec, Refusal? Refusal) Resolve(TaskSubmission request, DropletState? droplet) =>
        TaskRules.Resolve(request, A.TaskId(), A.ExistingApp(), droplet, Policy, PlaceNames.Default);
}
