using System.Text.Json;

namespace Granary.Cli.Tests;

public sealed class SimulateTests : IDisposable
{
    private static readonly string[] Small = ["simulate", "--cells", "3", "--tasks", "20", "lasts=1s..5s", "--kill-cell", "at=20s", "for=10s", "--seed", "42"];

    private readonly string folder = Directory.CreateTempSubdirectory("granary-simulate").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_world_is_reported_for_people_and_for_programs()
    {
        var shown = await GranaryRun.Run(null, Small);
        var written = await GranaryRun.Run(null, [.. Small, "-o", "json"]);

        Assert.Equal(0, shown.Code);
        Assert.Contains("outcomes:         20 succeeded", shown.Output, StringComparison.Ordinal);
        Assert.Equal(0, written.Code);
        Assert.Equal(20, JsonDocument.Parse(written.Output).RootElement.GetProperty("outcomes").GetProperty("succeeded").GetInt32());
    }

    [Fact]
    public async Task Many_worlds_end_with_a_count()
    {
        var end = await GranaryRun.Run(null, "simulate", "small", "--seeds", "1+20");

        Assert.Equal(0, end.Code);
        Assert.StartsWith("20 worlds from seed 1 kept every promise", end.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_needs_nothing_else()
    {
        var path = Path.Combine(folder, "world.html");

        var end = await GranaryRun.Run(null, [.. Small, "--html", path]);

        var page = await File.ReadAllTextAsync(path);
        Assert.Equal(0, end.Code);
        Assert.Contains("<title>kill-cell at 20.0 s until 30.0 s</title>", page, StringComparison.Ordinal);
        Assert.Contains("class=\"itself\"", page, StringComparison.Ordinal);
        Assert.DoesNotMatch("(src|href)=|url\\(|@import", page);
    }

    [Fact]
    public async Task A_log_is_replayed()
    {
        var path = Path.Combine(folder, "world.log");

        await GranaryRun.Run(null, [.. Small, "--log", path]);
        var end = await GranaryRun.Run(null, "simulate", "--replay", path);

        Assert.Equal(0, end.Code);
        Assert.Contains("fault     kill-cell", end.Output, StringComparison.Ordinal);
        Assert.Contains("The rules of this version give the same run.", end.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Variants_are_compared_in_the_same_worlds()
    {
        var end = await GranaryRun.Run(null, "simulate", "small", "--compare", "grace=30s", "grace=10s", "--seeds", "1+5");

        Assert.Equal(0, end.Code);
        Assert.Contains("waiting max, s", end.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--cells 3 --kill-cell often", "'kill-cell often': it is a whole number or a range: kill-cell 2")]
    [InlineData("--tasks 10 lasts=5", "lasts=5: it is a time with its unit (ms, s, m, h), for example 10s or 500ms..8s or 1s|1m")]
    [InlineData("--seeds 100", "'100' is no range of seeds: write the first and how many, for example 1+10000.")]
    [InlineData("nowhere.world", "'nowhere.world' is neither a scenario file that can be read")]
    [InlineData("small --compare grace 5", "--compare grace: a variant is settings such as cells=7 or grace=10s,losses=3.")]
    public async Task What_is_wrong_is_told_with_the_right_form(string arguments, string expected)
    {
        var end = await GranaryRun.Run(null, ["simulate", .. arguments.Split(' ')]);

        Assert.Equal(2, end.Code);
        Assert.Contains(expected, end.Errors, StringComparison.Ordinal);
    }
}
