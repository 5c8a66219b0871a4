using System.Collections.Immutable;
using Granary.Core.Apps;
using Granary.Core.Builds;
using Granary.Core.Tasks;
using Granary.Testing;

namespace Granary.Core.Tests.Builds;

/// <summary>Which buildpacks stage an app, and what then runs.</summary>
public sealed class StagingRulesTests
{
    private const string Stack = "granary/stack:bookworm";

    [Theory]
    [InlineData(true, Buildpacks.Procfile)]
    [InlineData(false, "")]
    public void Without_any_that_was_added_the_files_stay_as_they_are(bool hasProcfile, string used)
    {
        var choice = Assert.IsType<StagingChoice.AsTheyAre>(StagingRules.Choose([], new BuildpackShelf(), Stack, hasProcfile));

        Assert.Equal(used, string.Join(' ', choice.Used));
    }

    [Fact]
    public void Nobody_having_named_any_those_are_asked_that_can_be_in_their_order()
    {
        var shelf = Shelf(Ready("first"), Ready("disabled") with { IsEnabled = false }, Ready("empty") with { Digest = null }, Ready("foreign") with { Stack = "another" }, Ready("second") with { Stack = Stack });

        var plan = Assert.IsType<StagingChoice.InContainer>(StagingRules.Choose([], shelf, Stack, hasProcfile: false)).Plan;

        Assert.Equal(["first", "second"], plan.Buildpacks.Select(each => each.Name));
        Assert.Equal((true, false), (plan.Detects, plan.OtherwiseAsTheyAre));
    }

    [Fact]
    public void A_Procfile_ends_the_search_where_its_buildpack_stands()
    {
        var builtIn = new BuildpackShelf();
        var shelf = builtIn with { All = [Ready("before"), .. builtIn.All, Ready("behind")] };

        var plan = Assert.IsType<StagingChoice.InContainer>(StagingRules.Choose([], shelf, Stack, hasProcfile: true)).Plan;
        var behind = StagingRules.Choose([], shelf with { All = shelf.All.RemoveAt(0) }, Stack, hasProcfile: true);

        Assert.Equal(["before"], plan.Buildpacks.Select(each => each.Name));
        Assert.True(plan.OtherwiseAsTheyAre);
        Assert.Equal([Buildpacks.Procfile], Assert.IsType<StagingChoice.AsTheyAre>(behind).Used.AsEnumerable());
    }

    [Fact]
    public void A_Procfile_does_not_count_when_its_buildpack_is_disabled()
    {
        var builtIn = new BuildpackShelf();
        var shelf = builtIn with { All = [.. builtIn.All.Select(each => each with { IsEnabled = false }), Ready("behind")] };

        var plan = Assert.IsType<StagingChoice.InContainer>(StagingRules.Choose([], shelf, Stack, hasProcfile: true)).Plan;

        Assert.Equal(["behind"], plan.Buildpacks.Select(each => each.Name));
        Assert.False(plan.OtherwiseAsTheyAre);
    }

    [Fact]
    public void Those_that_were_named_run_in_that_order_and_what_is_built_in_does_nothing()
    {
        var shelf = Shelf(Ready("first"), Ready("second"));

        var plan = Assert.IsType<StagingChoice.InContainer>(StagingRules.Choose(["second", "first", Buildpacks.Binary], shelf, Stack, hasProcfile: true)).Plan;
        var none = StagingRules.Choose([Buildpacks.Binary], shelf, Stack, hasProcfile: true);

        Assert.Equal([("second", true), ("first", true), (Buildpacks.Binary, false)], plan.Buildpacks.Select(each => (each.Name, each.Digest is not null)));
        Assert.False(plan.Detects);
        Assert.Equal([Buildpacks.Binary], Assert.IsType<StagingChoice.AsTheyAre>(none).Used.AsEnumerable());
    }

    [Fact]
    public void What_cannot_be_used_is_refused_with_every_fault()
    {
        var shelf = Shelf(Ready("disabled") with { IsEnabled = false }, Ready("empty") with { Digest = null });

        var refused = Assert.IsType<StagingChoice.Refused>(StagingRules.Choose(["cobol", "https://example.com/pack.git", "disabled", "empty"], shelf, Stack, hasProcfile: false));

        Assert.Equal(
            [
                "Buildpack \"cobol\" must be an existing admin buildpack or a valid git URI",
                "Buildpack \"https://example.com/pack.git\" is a git URI, and buildpacks are not fetched here: an admin adds its zip (cf create-buildpack), and then it is named",
                "Buildpack \"disabled\" is disabled",
                "Buildpack \"empty\" has no bits yet: upload its zip first (cf update-buildpack)",
            ],
            refused.Faults.AsEnumerable());
    }

    [Fact]
    public void A_staging_sees_the_app_s_variables_and_is_bounded()
    {
        var app = A.ExistingApp() with { Environment = A.Spec().Environment };
        var plan = new StagingPlan([new PlannedBuildpack("one", new string('b', 64))], Detects: false);

        var spec = StagingRules.Spec(app, A.Droplet, new string('a', 64), plan, 512, 2048, new TaskPolicy(), PlaceNames.Default, TimeSpan.FromMinutes(15));

        Assert.Equal(("hello", Stack, "512m"), (spec.Environment["GREETING"], spec.Environment["CF_STACK"], spec.Environment["MEMORY_LIMIT"]));
        Assert.Equal((512, 2048, "vcap", "STG", TimeSpan.FromMinutes(15)), (spec.MemoryMb, spec.DiskMb, spec.User, spec.LogSource, spec.Deadline!.Value));
        Assert.Equal((new string('a', 64), plan), (spec.Source.DropletDigest, spec.Staging));
    }

    [Fact]
    public void The_script_is_told_what_to_run()
    {
        var plan = new StagingPlan([new PlannedBuildpack("one", new string('b', 64)), new PlannedBuildpack("two", null)], Detects: false);

        var command = StagingScript.Command(plan);

        Assert.Equal(["staging", "named", "one", "two"], command[3..].AsEnumerable());
        Assert.Equal(["staging", "detect", "one", "two"], StagingScript.Command(plan with { Detects = true })[3..].AsEnumerable());
        Assert.DoesNotContain("\r", command[2], StringComparison.Ordinal);
    }

    private static BuildpackState Ready(string name) => new() { Id = BuildpackId.OfBuiltIn(name), Name = name, IsEnabled = true, Digest = new string('b', 64) };

    private static BuildpackShelf Shelf(params ImmutableArray<BuildpackState> added) => new() { All = [.. new BuildpackShelf().All, .. added] };
}
