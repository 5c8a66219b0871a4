using System.Collections.Immutable;
using Granary.Core.Apps;
using Granary.Core.Instances;
using Granary.Testing;
using static Granary.Core.Apps.AppEvent;

namespace Granary.Core.Tests.Stories;

/// <summary>Tells an <see cref="AppMachine"/>, with its invariants checked after each line.</summary>
internal sealed class AppTeller : ITeller
{
    private AppState app = new();
    private (string Type, string Command)[] current = [];

    public IEnumerable<string>? Tell(DateTimeOffset? at, string words)
    {
        if (at is null || Parse(at.Value, words) is not { } @event)
        {
            return null;
        }

        var decision = AppMachine.Decide(app, @event);
        Assert.Empty(AppInvariants.Check(app, decision));
        app = decision.Next;
        return new[] { decision.Refusal is { } refusal ? $"refused, {refusal}" : decision.Changes ? State() : "nothing changes" }.Concat(decision.Effects.Select(each => $"do: {Words(each)}"));
    }

    public static string Words(AppEffect effect) => effect switch
    {
        AppEffect.TellInstances tell => $"tell instances revision {tell.Revision}",
        AppEffect.Dismantle => "dismantle",
        _ => throw new FormatException($"there are no words for {effect}"),
    };

    private AppEvent? Parse(DateTimeOffset at, string words)
    {
        var rest = words[(words.IndexOf(' ', StringComparison.Ordinal) + 1)..];
        return words.Split(' ')[0] switch
        {
            "created" => new Created(at, A.App, rest, A.ExistingApp().Space, Lifecycle.Bits, Metadata.Empty),
            "package" => new PackageAdded(at, new PackageId(A.TaskId(Number(rest)).Value)),
            "droplet" => new DropletAssigned(at, Droplet(rest)),
            "environment" => new EnvironmentChanged(at, rest.Split(' ').Select(each => each.Split('=', 2)).ToImmutableSortedDictionary(each => each[0], each => each is [_, var value] ? value : null)),
            "wanted" when rest is "started" or "stopped" => new StateDesired(at, Enum.Parse<DesiredState>(rest, ignoreCase: true), A.StagedDroplet(current)),
            "restart" when rest == "requested" => new RestartRequested(at, A.StagedDroplet(current)),
            "scaled" when rest.Split(' ') is [var type, "to", var count] => new ProcessChanged(at, type, new ProcessChange(Instances: Number(count)), A.StagedDroplet(current)),
            "given" when rest.Split(' ') is [var type, var mb, "MB"] => new ProcessChanged(at, type, new ProcessChange(MemoryMb: Number(mb)), A.StagedDroplet(current)),
            "command" when rest.Split(' ', 2) is [var type, var command] => new ProcessChanged(at, type, new ProcessChange(ChangesCommand: true, Command: command), A.StagedDroplet(current)),
            "instances" when rest.Split(' ') is ["told", "revision", var revision] => new InstancesTold(at, Number(revision)),
            "instance" when rest.Split(' ') is [var type, var index, "in", "lane", var lane, var news, var attempt, "in", "revision", var revision] =>
                new InstancesSpoke(at, [News(news, type, Number(index), Number(lane), Number(attempt), Number(revision))]),
            "woke" => new Woke(at),
            "relabelled" when rest.Split('=') is [var key, var value] => new Relabelled(at, Metadata.Empty with { Labels = Metadata.Empty.Labels.Add(key, value) }),
            "manifest" when rest.Split(' ') is ["gives", var type, var mb, "MB"] => new Edited(at, new AppEdit { Processes = ImmutableSortedDictionary<string, ProcessChange>.Empty.Add(type, new ProcessChange(MemoryMb: Number(mb))) }, A.StagedDroplet(current)),
            "manifest" when rest.Split(' ', 3) is ["runs", var type, var command] => new Edited(at, new AppEdit { Processes = ImmutableSortedDictionary<string, ProcessChange>.Empty.Add(type, new ProcessChange(Instances: 1, ChangesCommand: true, Command: command)) }, A.StagedDroplet(current)),
            "renamed" => new Edited(at, new AppEdit(rest), A.StagedDroplet(current)),
            "deletion" when rest == "requested" => new DeletionRequested(at),
            "build" when rest.Split(' ') is [var build, "asks", "for", "its", "turn", .. var last] => new StagingAsked(at, new DropletId(A.TaskId(Number(build)).Value), Last(string.Join(' ', last))),
            "sequence" when rest.Split(' ') is ["ids", "needed", "after", var given] => new SequenceIdsNeeded(at, Number(given)),
            _ => null,
        };
    }

    private static DropletPhase? Last(string words) => words switch
    {
        "" => null,
        "while the last is STAGING" => DropletPhase.Staging,
        "after the last was STAGED" => DropletPhase.Staged,
        _ => throw new FormatException($"a build asks for its turn while the last is STAGING, after the last was STAGED, or says nothing of it: {words}"),
    };

    private static InstanceNews News(string words, string type, int index, int lane, int attempt, int revision) => words switch
    {
        "makes-way" => new InstanceNews.MakesWay(type, index, lane, attempt, revision, HasEnded: false),
        "made-way" => new InstanceNews.MakesWay(type, index, lane, attempt, revision, HasEnded: true),
        "is-up" => new InstanceNews.ReliefUp(type, index, lane, attempt, revision),
        _ => throw new FormatException($"an instance makes-way, made-way or is-up: {words}"),
    };

    private IEnumerable<string> Lanes() =>
        from process in app.Processes
        from lanes in process.Value.Lanes
        select $"{process.Key} {lanes.Key} in lane {lanes.Value.Current} after {lanes.Value.After}{(lanes.Value.IsRelieved ? ", relieved" : "")}{(lanes.Value.Leaves ? ", the other leaves" : "")}";

    private static int Number(string text) => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    private DropletState Droplet(string words) => words switch
    {
        "staged" => A.StagedDroplet(),
        _ when words.StartsWith("with ", StringComparison.Ordinal) => A.StagedDroplet(current = [.. words["with ".Length..].Split(' ').Select(type => (type, $"run {type}"))]),
        "failed" => A.StagedDroplet() with { Phase = DropletPhase.Failed },
        "of another app" => A.StagedDroplet() with { App = new AppId(Guid.Empty) },
        _ => throw new FormatException($"a droplet is staged, failed or of another app: {words}"),
    };

    private string State() => string.Join(", ", new[]
    {
        $"{app.Name} {(app.IsDeleted ? "DELETED" : app.Desired.ToString().ToUpperInvariant())}",
        app.NewestPackage is null ? "no package" : "package",
        app.CurrentDroplet is null ? "no droplet" : "droplet",
        app.Environment.IsEmpty ? "no variables" : string.Join(' ', app.Environment.Select(each => $"{each.Key}={each.Value}")),
        $"sequence ids taken {app.SequenceIdsTaken}",
    }.Concat(AppProcesses.Wanted(app).Select(each => $"{each.Value} of {each.Key}, version {app.Release!.Version}")).Concat(Lanes()).Concat(app.Staging is { } turn ? [$"build {turn.Build.Value.ToString("D").Split('-')[0].TrimStart('0')} has had its turn since {StoryFile.Time(turn.At)}"] : []).Concat(app.WakeAt is { } wakeAt ? [$"wakes at {StoryFile.Time(wakeAt)}"] : []).Concat(app.Metadata.Labels.Select(each => $"label {each.Key}={each.Value}")));
}
