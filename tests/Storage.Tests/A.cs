using System.Collections.Immutable;
using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Instances;
using Granary.Core.Runtime;
using Granary.Core.Stories;
using Granary.Core.Tasks;
using Granary.Grains.Ports;

namespace Granary.Storage.Tests;

/// <summary>Documents with every part filled, so that a part that is not kept is noticed.</summary>
internal static class A
{
    public static readonly DateTimeOffset Noon = new(2030, 1, 2, 12, 0, 0, TimeSpan.Zero);

    public static TaskDocument Task(
        AppId? app = null,
        string name = "migrate",
        TaskPhase phase = TaskPhase.Pending,
        int sequence = 1,
        DateTimeOffset? createdAt = null,
        DateTimeOffset? updatedAt = null,
        DateTimeOffset? wakeAt = null,
        string? cell = null,
        Guid? guid = null,
        params (string Key, string Value)[] labels) => new()
        {
            State = new TaskState
            {
                Id = new TaskId(guid ?? Guid.NewGuid()),
                App = app ?? new AppId(Guid.NewGuid()),
                SequenceId = sequence,
                Spec = new TaskSpec(
                    name,
                    "rake db:migrate && echo 'done — ünïcode'",
                    "vcap",
                    256,
                    1024,
                    -1,
                    new DropletId(Guid.NewGuid()),
                    new ContainerSource("granary/stack:1", new string('a', 64)),
                    ImmutableSortedDictionary<string, string>.Empty.Add("B", "2").Add("A", "1"),
                    ContainerNetwork.Outbound,
                    AttemptPolicy.Default with { OnCellLoss = OnCellLoss.Fail },
                    TimeSpan.FromMinutes(5)),
                Phase = phase,
                Attempt = 3,
                Cell = cell is null ? null : new CellId(cell),
                Counters = new AttemptCounters(1, 2, 3),
                WakeAt = wakeAt,
                FailureReason = phase == TaskPhase.Failed ? "exit status 1" : null,
                ExitCode = 1,
                Metadata = new Metadata(labels.ToImmutableSortedDictionary(label => label.Key, label => label.Value), ImmutableSortedDictionary<string, string>.Empty.Add("note", "n")),
                Story = Story.Empty.Add(new StoryEntry(Noon, 1, "cell-1", "accepted")),
                CreatedAt = createdAt ?? Noon,
                UpdatedAt = updatedAt ?? createdAt ?? Noon,
            },
        };

    public static InstanceDocument Instance(AppId app, int index, InstancePhase phase, string? cell = null, DateTimeOffset? wakeAt = null) => new()
    {
        State = new InstanceState
        {
            Id = InstanceId.Of(new ProcessKey(app, "worker"), index),
            App = app,
            Type = "worker",
            Index = index,
            Phase = phase,
            Revision = 2,
            IsWanted = true,
            Spec = new InstanceSpec(
                1,
                "worker",
                index,
                "work hard",
                "vcap",
                256,
                1024,
                -1,
                new ContainerSource("granary/stack:1", new string('a', 64)),
                ImmutableSortedDictionary<string, string>.Empty.Add("A", "1"),
                ContainerNetwork.Outbound,
                CrashPolicy.Default),
            Attempt = 3,
            Cell = cell is null ? null : new CellId(cell),
            WakeAt = wakeAt,
            CreatedAt = Noon,
            UpdatedAt = Noon,
        },
    };

    public static AppDocument App(string name, Guid space) => new()
    {
        State = new AppState
        {
            Id = new AppId(Guid.NewGuid()),
            Name = name,
            Space = space,
            Desired = DesiredState.Started,
            Exists = true,
            CreatedAt = Noon,
            UpdatedAt = Noon,
        },
    };
}
