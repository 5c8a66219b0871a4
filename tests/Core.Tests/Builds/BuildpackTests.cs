using Granary.Core.Apps;
using Granary.Core.Builds;
using Granary.Testing;
using static Granary.Core.Builds.BuildpackEvent;

namespace Granary.Core.Tests.Builds;

/// <summary>What buildpacks there are, and in which order.</summary>
public sealed class BuildpackTests
{
    private const string Stack = "granary/stack:bookworm";

    [Fact]
    public void At_first_there_is_what_is_built_in() =>
        Assert.Equal([Buildpacks.Binary, Buildpacks.Procfile], new BuildpackShelf().All.Select(each => each.Name));

    [Fact]
    public void A_new_one_stands_where_it_was_put_and_pushes_the_others_back()
    {
        var shelf = Created(Created(Created(new BuildpackShelf(), 1, new("first")), 2, new("second", Position: 2)), 3, new("last", Position: 99));

        Assert.Equal(["first", "second", Buildpacks.Binary, Buildpacks.Procfile, "last"], shelf.All.Select(each => each.Name));
        Assert.Equal((true, false, false), (shelf.All[0].IsEnabled, shelf.All[0].IsLocked, shelf.All[0].IsReady));
    }

    [Fact]
    public void One_is_moved_renamed_disabled_locked_and_given_a_stack_once()
    {
        var shelf = Created(Created(new BuildpackShelf(), 1, new("one")), 2, new("two"));

        var changed = After(shelf, new Changed(A.At(1), Id(1), new("uno", Stack, 4, false, true) { ChangesStack = true }, Stack));
        var again = BuildpackMachine.Decide(changed, new Changed(A.At(2), Id(1), new() { ChangesStack = true }, Stack));

        Assert.Equal(["two", Buildpacks.Binary, Buildpacks.Procfile, "uno"], changed.All.Select(each => each.Name));
        var uno = changed.Find(Id(1))!;
        Assert.Equal((Stack, false, true, A.Start, A.At(1)), (uno.Stack, uno.IsEnabled, uno.IsLocked, uno.CreatedAt, uno.UpdatedAt));
        Assert.Equal("Buildpack stack cannot be changed", again.Refusal!.Detail);
    }

    [Fact]
    public void Every_fault_is_told_at_once()
    {
        var decision = BuildpackMachine.Decide(new BuildpackShelf(), new Created(A.Start, Id(1), new("no spaces, please", "cflinuxfs3", 0), Stack));

        Assert.Equal(["Name is invalid", "Position must be greater than or equal to 1", "Stack 'cflinuxfs3' does not exist"], decision.Refusal!.Details.AsEnumerable());
    }

    [Theory]
    [InlineData(null, null, "Buildpack with name 'one' and an unassigned stack already exists")]
    [InlineData(Stack, Stack, "Buildpack with name 'one' and stack 'granary/stack:bookworm' already exists")]
    [InlineData(null, Stack, null)]
    public void A_name_is_taken_for_a_stack(string? first, string? second, string? fault)
    {
        var shelf = Created(new BuildpackShelf(), 1, new("one", first));

        var decision = BuildpackMachine.Decide(shelf, new Created(A.Start, Id(2), new("one", second), Stack));

        Assert.Equal(fault, decision.Refusal?.Detail);
    }

    [Fact]
    public void Of_two_of_one_name_the_one_for_the_stack_is_meant()
    {
        var shelf = Created(Created(new BuildpackShelf(), 1, new("one")), 2, new("one", Stack, Position: 3));

        Assert.Equal(Id(2), shelf.Named("one", Stack)!.Id);
        Assert.Equal(Id(1), shelf.Named("one", "another")!.Id);
        Assert.Null(shelf.Named("two", Stack));
    }

    [Fact]
    public void The_newest_bits_count_unless_it_is_locked()
    {
        var shelf = After(Created(new BuildpackShelf(), 1, new("one")), new Uploaded(A.At(1), Id(1), "digest-1", "one-1.zip"));
        var locked = After(shelf, new Changed(A.At(2), Id(1), new(IsLocked: true), Stack));

        var refused = BuildpackMachine.Decide(locked, new Uploaded(A.At(3), Id(1), "digest-2", "one-2.zip"));
        var unlocked = After(After(locked, new Changed(A.At(4), Id(1), new(IsLocked: false), Stack)), new Uploaded(A.At(5), Id(1), "digest-2", "one-2.zip"));

        Assert.Equal("Buildpack is locked", refused.Refusal!.Detail);
        Assert.Equal(("digest-2", "one-2.zip", true), (unlocked.Find(Id(1))!.Digest, unlocked.Find(Id(1))!.FileName, unlocked.Find(Id(1))!.IsReady));
    }

    [Fact]
    public void What_is_built_in_is_moved_and_disabled_and_nothing_else()
    {
        var procfile = BuildpackId.OfBuiltIn(Buildpacks.Procfile);
        var shelf = After(new BuildpackShelf(), new Changed(A.Start, procfile, new(Position: 1, IsEnabled: false), Stack));

        Assert.Equal([Buildpacks.Procfile, Buildpacks.Binary], shelf.All.Select(each => each.Name));
        Assert.False(shelf.Find(procfile)!.IsEnabled);
        foreach (var @event in (BuildpackEvent[])[new Changed(A.Start, procfile, new("other"), Stack), new Changed(A.Start, procfile, new(IsLocked: false), Stack), new Uploaded(A.Start, procfile, "digest", "a.zip"), new Removed(A.Start, procfile)])
        {
            Assert.NotNull(BuildpackMachine.Decide(shelf, @event).Refusal);
        }
    }

    [Fact]
    public void What_is_not_there_is_not_found_and_what_is_removed_is_gone()
    {
        var shelf = Created(new BuildpackShelf(), 1, new("one"));

        var gone = After(shelf, new Removed(A.At(1), Id(1)));

        Assert.Null(gone.Find(Id(1)));
        foreach (var @event in (BuildpackEvent[])[new Changed(A.Start, Id(1), new(), Stack), new Uploaded(A.Start, Id(1), "digest", "a.zip"), new Removed(A.Start, Id(1))])
        {
            Assert.Equal(RefusalReason.BuildpackNotFound, BuildpackMachine.Decide(gone, @event).Refusal!.Reason);
        }
    }

    [Fact]
    public void A_request_that_comes_again_finds_what_it_made()
    {
        var shelf = Created(new BuildpackShelf(), 1, new("one"));

        Assert.False(BuildpackMachine.Decide(shelf, new Created(A.At(1), Id(1), new("one"), Stack)).Changes);
    }

    [Fact]
    public void There_are_not_more_than_staging_can_read()
    {
        var shelf = Enumerable.Range(1, Limits.Buildpacks - 2).Aggregate(new BuildpackShelf(), (so, number) => Created(so, number, new($"number-{number}")));

        Assert.Equal("There may be at most 200 buildpacks", BuildpackMachine.Decide(shelf, new Created(A.Start, Id(999), new("one-more"), Stack)).Refusal!.Detail);
    }

    private static BuildpackId Id(int number) => new(A.TaskId(number).Value);

    private static BuildpackShelf Created(BuildpackShelf shelf, int number, BuildpackChange change) => After(shelf, new Created(A.Start, Id(number), change, Stack));

    private static BuildpackShelf After(BuildpackShelf shelf, BuildpackEvent @event)
    {
        var decision = BuildpackMachine.Decide(shelf, @event);
        Assert.Null(decision.Refusal);
        Assert.Empty(decision.Next.Check());
        return decision.Next;
    }
}
