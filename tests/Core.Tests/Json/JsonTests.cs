using System.Text.Json;
using System.Text.Json.Serialization;
using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Instances;
using Granary.Core.Tasks;
using Granary.Testing;

namespace Granary.Core.Tests.Json;

/// <summary>
/// State rows and calls between silos carry this JSON, so a renamed member or type is a break: old rows would silently lose it. The
/// golden files are what was written once; they are changed only together with a way to read the old rows.
/// </summary>
public sealed class JsonTests
{
    private static readonly JsonSerializerOptions Pretty = new() { WriteIndented = true };

    private static readonly Dictionary<string, object> Golden = new()
    {
        ["task-states"] = Samples.Tasks,
        ["task-events"] = Samples.TaskEvents,
        ["attempt-effects"] = Samples.AttemptEffects,
        ["instance-states"] = Samples.Instances,
        ["instance-events"] = Samples.InstanceEvents,
        ["attempt-reports"] = Samples.Reports,
        ["app-state"] = Samples.App,
        ["app-events"] = Samples.AppEvents,
        ["droplet-state"] = Samples.Droplet,
        ["build-state"] = Samples.Build,
        ["package-state"] = Samples.Package,
        ["buildpacks"] = Samples.Buildpacks,
        ["job-state"] = Samples.Job,
        ["tally-state"] = Samples.Tally,
        ["tally-events"] = Samples.TallyEvents,
        ["refusal"] = Samples.Refusal,
        ["cell-view"] = Samples.Cell,
    };

    public static TheoryData<string> Names => new(Golden.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public void A_sample_is_written_as_recorded_and_read_back_whole(string name)
    {
        var sample = Golden[name];

        var json = JsonSerializer.Serialize(sample, sample.GetType(), Pretty);

        Recorded.Check(Repository.PathOf("tests", "Core.Tests", "golden", $"{name}.json"), json + "\n");
        var back = JsonSerializer.Deserialize(json, sample.GetType());
        Assert.Equal(json, JsonSerializer.Serialize(back, sample.GetType(), Pretty));
    }

    [Fact]
    public void A_task_that_was_read_back_decides_as_before()
    {
        foreach (var phase in Enum.GetValues<TaskPhase>())
        {
            var task = A.TaskIn(phase);
            var back = JsonSerializer.Deserialize<TaskState>(JsonSerializer.Serialize(task))!;
            foreach (var @event in Samples.TaskEvents)
            {
                var again = JsonSerializer.Deserialize<TaskEvent>(JsonSerializer.Serialize(@event))!;

                var (expected, actual) = (TaskMachine.Decide(task, @event), TaskMachine.Decide(back, again));

                Assert.Equal(expected.Changes, actual.Changes);
                Assert.Equal(expected.Effects.AsEnumerable(), actual.Effects);
                Assert.Equal(JsonSerializer.Serialize(expected.Next), JsonSerializer.Serialize(actual.Next));
            }
        }
    }

    [Fact]
    public void An_instance_that_was_read_back_decides_as_before()
    {
        foreach (var phase in Enum.GetValues<InstancePhase>())
        {
            var instance = A.InstanceIn(phase);
            var back = JsonSerializer.Deserialize<InstanceState>(JsonSerializer.Serialize(instance))!;
            foreach (var @event in Samples.InstanceEvents)
            {
                var again = JsonSerializer.Deserialize<InstanceEvent>(JsonSerializer.Serialize(@event))!;

                var (expected, actual) = (InstanceMachine.Decide(instance, @event), InstanceMachine.Decide(back, again));

                Assert.Equal(expected.Changes, actual.Changes);
                Assert.Equal(expected.Effects.AsEnumerable(), actual.Effects);
                Assert.Equal(JsonSerializer.Serialize(expected.Next), JsonSerializer.Serialize(actual.Next));
            }
        }
    }

    [Fact]
    public void Values_come_back_equal_one_by_one()
    {
        Assert.All(Samples.Reports, each => Assert.Equal(each, Back(each)));
        Assert.All(Samples.AttemptEffects, each => Assert.Equal(each, Back(each)));
        Assert.Equal(Samples.Cell, Back(Samples.Cell));
        Assert.Equal(Samples.App.Environment, Back(Samples.App).Environment);
        Assert.Equal(Samples.Tasks[1].Story.Entries, Back(Samples.Tasks[1]).Story.Entries);
        Assert.Equal(Samples.Tasks[1].Spec!.Policy, Back(Samples.Tasks[1]).Spec!.Policy);
        Assert.Equal(Samples.Refusal.Details.AsEnumerable(), Back(Samples.Refusal).Details);
        Assert.Equal(Samples.Refusal.Detail, Back(Decision<TaskState, AttemptEffect>.Refuse(Samples.Tasks[0], Samples.Refusal)).Refusal!.Detail);
    }

    [Theory]
    [InlineData(typeof(TaskEvent))]
    [InlineData(typeof(InstanceEvent))]
    [InlineData(typeof(AttemptEffect))]
    [InlineData(typeof(AttemptReport))]
    [InlineData(typeof(AppEvent))]
    public void Every_case_of_a_closed_type_is_declared_and_sampled(Type type)
    {
        var cases = type.GetNestedTypes().Where(type.IsAssignableFrom).ToHashSet();

        var declared = type.GetCustomAttributes(typeof(JsonDerivedTypeAttribute), inherit: false).Cast<JsonDerivedTypeAttribute>().Select(each => each.DerivedType);
        var sampled = Golden.Values.OfType<System.Collections.IEnumerable>().SelectMany(list => list.Cast<object>()).Select(each => each.GetType()).ToHashSet();

        Assert.True(cases.SetEquals(declared), "a case lacks its JsonDerivedType");
        Assert.Empty(cases.Except(sampled));
    }

    private static T Back<T>(T value) => JsonSerializer.Deserialize<T>(JsonSerializer.Serialize(value))!;
}
