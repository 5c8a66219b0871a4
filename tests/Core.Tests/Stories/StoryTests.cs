using Granary.Testing;

namespace Granary.Core.Tests.Stories;

public sealed class StoryTests
{
    private static readonly string Folder = Repository.PathOf("tests", "Core.Tests", "stories");

    public static TheoryData<string> Names => new(Directory.EnumerateFiles(Folder, "*.story").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_story_goes_as_recorded(string name)
    {
        var path = Path.Combine(Folder, $"{name}.story");

        var told = StoryFile.Tell(File.ReadAllText(path));

        Recorded.Check(path, told);
    }

    [Fact]
    public void A_line_that_nobody_understands_is_named()
    {
        var fault = Assert.Throws<FormatException>(() => StoryFile.Tell("task\n\n0s submitted\n1s exploded 1\n"));

        Assert.Equal("line 4 is no event of a task story: exploded 1", fault.Message);
    }

    [Fact]
    public void A_story_that_goes_another_way_fails_with_the_lines_that_differ()
    {
        var diff = Recorded.Diff("a\nb\nc\nd\ne\nf\ng\nh\n", "a\nb\nc\nd\ne\nf\nG\nh\n");

        Assert.Equal("  d\n  e\n  f\n- g\n+ G\n  h\n  ", diff);
    }
}
