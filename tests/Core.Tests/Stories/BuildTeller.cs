using System.Collections.Immutable;
using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Builds;
using Granary.Core.Tasks;
using Granary.Testing;

namespace Granary.Core.Tests.Stories;

/// <summary>Tells a <see cref="BuildMachine"/>, with its invariants checked after each line.</summary>
internal sealed class BuildTeller(string[] settings) : ITeller
{
    private readonly TaskSpec spec = Settings(settings);
    private DropletState build = new();

    public IEnumerable<string>? Tell(DateTimeOffset? at, string words)
    {
        if (at is null || Parse(at.Value, words) is not { } @event)
        {
            return null;
        }

        var before = build;
        var decision = BuildMachine.Decide(before, @event);
        Assert.Empty(BuildInvariants.Check(before, decision));
        build = decision.Next;
        return Lines(before, decision);
    }

    /// <summary>By name unless it says that it detects.</summary>
    private static TaskSpec Settings(string[] words)
    {
        var plan = new StagingPlan([new PlannedBuildpack("sample_buildpack", new string('b', 64))], words.Contains("detects")) { OtherwiseAsTheyAre = words.Contains("otherwise-as-they-are") };
        return TaskLines.Settings(words.Where(each => each.Contains('=', StringComparison.Ordinal)).Prepend("deadline=900s")) with { Staging = plan };
    }

    private BuildEvent? Parse(DateTimeOffset at, string words) => words.Split(' ') switch
    {
        ["asked", "for"] => new BuildEvent.Requested(at, A.NewBuild(), spec),
        ["asked", "for", "again", "of", "another", "package"] => new BuildEvent.Requested(at, A.NewBuild() with { Package = new PackageId(Guid.Empty) }, spec),
        ["asked", "for", "as", "it", "is"] => new BuildEvent.Requested(at, A.NewBuild() with { Source = A.Spec().Source, Buildpacks = [Buildpacks.Binary] }, null),
        ["promised"] => new BuildEvent.Promised(at, Elsewhere),
        ["promised", "with", "web"] => new BuildEvent.Promised(at, Elsewhere with { ProcessTypes = Elsewhere.ProcessTypes.Add("web", "run promised") }),
        ["promised", "to", "another", "app"] => new BuildEvent.Promised(at, Elsewhere with { App = new AppId(Guid.Empty) }),
        ["arrived", "by", var upload, "with", .. var types] => Arrived(at, upload, Product(types)),
        ["arrived", "by", var upload, "unusable:", .. var fault] => Arrived(at, upload, StagingProduct.Refused(string.Join(' ', fault))),
        ["left", var attempt, "a", "droplet", "with", .. var types] => Left(at, attempt, Product(types)),
        ["left", var attempt, "nothing", "usable:", .. var fault] => Left(at, attempt, StagingProduct.Refused(string.Join(' ', fault))),
        _ => TaskLines.Parse(at, words, spec) is { } @event and not TaskEvent.Submitted ? new BuildEvent.Ran(@event) : null,
    };

    /// <summary>A droplet that no package goes before.</summary>
    private static DropletState Elsewhere => A.NewBuild() with { Package = default };

    private static StagingProduct Product(string[] types) => new(new string('d', 64), types.ToImmutableSortedDictionary(type => type, type => $"run {type}"), [new UsedBuildpack("sample_buildpack", "sample app")]);

    private static BuildEvent.Arrived Arrived(DateTimeOffset at, string upload, StagingProduct product) => new(at, NamedGuid.Of(upload), product, A.Spec().Source.Image);

    private static BuildEvent.Ran Left(DateTimeOffset at, string attempt, StagingProduct product)
    {
        var number = int.Parse(attempt, System.Globalization.CultureInfo.InvariantCulture);
        return new(new TaskEvent.Reported(at, new AttemptReport.Exited(number, new AttemptExit(0, false, A.Start, at) { Product = product })));
    }

    private static IEnumerable<string> Lines(DropletState before, Decision<DropletState, AttemptEffect> decision)
    {
        yield return decision.Refusal is { } refusal ? $"refused, {refusal}" : decision.Changes ? State(decision.Next) : "nothing changes";
        foreach (var effect in decision.Effects)
        {
            yield return $"do: {TaskTeller.Words(effect)}";
        }

        if (decision.Next.Staging is { } staging && staging.Story != before.Staging?.Story)
        {
            yield return $"story: {staging.Story.Entries[^1].Text}";
        }
    }

    private static string State(DropletState build)
    {
        List<string> parts = [BuildMachine.Upper(build.Phase)];
        parts.AddRange(build.Staging is { IsFinished: false } staging ? [$"{TaskMachine.Upper(staging.Phase)}, attempt {staging.Attempt}{(staging.Cell is { } cell ? $" on {cell}" : "")}"] : []);
        parts.AddRange(build.Source is { } source ? [source.HoldsHome ? "from what staging left" : "from the files as they are"] : []);
        parts.AddRange(build.Buildpacks.Select(each => $"by {each}"));
        parts.AddRange(build.ProcessTypes.Select(each => $"{each.Key}: {each.Value}"));
        parts.AddRange(build.Error is { } error ? [error] : []);
        return string.Join(", ", parts);
    }
}
