using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Granary.Simulator;
using Granary.Simulator.Plans;
using Granary.Testing;
using Xunit.Abstractions;

namespace Granary.Simulation.Tests;

/// <summary>The production rules in seeded worlds.</summary>
public sealed class WorldTests(ITestOutputHelper output)
{
    private static readonly Dictionary<string, string> Named = new()
    {
        ["standard"] = Scenarios.Standard,
        ["small"] = Scenarios.Small,
        ["storm"] = Scenarios.Storm,
        ["workers"] = Workers,
        ["revoked"] = Revoked,
        ["let-go"] = LetGo,
        ["ends"] = Ends,
        ["segments"] = Segments,
    };

    /// <summary>Workers that make way, on cells that are drained and hosts that are told to end, with other faults in between.</summary>
    private const string Workers = """
        cells 3..5 memory=256M|512M candidates=1..2 skew=2s
        silos 2..3
        apps 1..3 instances=1..4 memory=32M|64M at=2s..10s changes=0..2
        tasks 0..15 at=3s..40s lasts=5s..30s memory=32M|64M
        end-host 1..4 at=15s..80s for=15s..50s
        drain 0..2 at=15s..100s for=5s..50s
        faults 0..5 kinds=all at=10s..110s for=200ms..3s|2s..25s
        mended 120s
        """;

    /// <summary>Engines that stay away for longer than the serving grace, which is short: leases are revoked while their renewals are fresh.</summary>
    private const string Revoked = """
        cells 3..4 memory=512M|1G candidates=1..2 skew=2s
        silos 2..3
        tasks 100 at=3s..55s lasts=1s..6s memory=64M losses=9
        apps 1..2 instances=2..4 memory=32M at=2s..8s changes=0..2
        kill-engine 5..9 at=5s..50s for=6s..8s
        faults 0..5 kinds=kill-warden|stop-warden|kill-silo|stop-silo|cut-database|slow-engine at=5s..55s for=500ms..4s
        policy grace=6s
        mended 65s
        """;

    /// <summary>Leases that lapse, by wardens and silos that hang and die in the midst of it.</summary>
    internal const string LetGo = """
        cells 3..5 memory=1G candidates=1..2 skew=2s
        silos 2..3
        tasks 100 at=3s..55s lasts=1s..15s memory=64M losses=9
        apps 0..1 instances=2..4 memory=32M at=2s..8s
        cut 3..6 at=5s..50s for=2500ms..7s
        cut-database 1..3 at=5s..50s for=2500ms..7s
        stop-warden 2..5 at=5s..55s for=300ms..3s
        kill-warden 2..5 at=5s..55s
        kill-silo 1..4 at=5s..55s for=500ms..4s
        mended 65s
        """;

    /// <summary>Hosts that are told to end and cells that are drained, one after another, under processes that die.</summary>
    private const string Ends = """
        cells 3..4 memory=512M candidates=1..2 skew=2s
        silos 2..3
        tasks 80 at=3s..70s lasts=1s..8s memory=32M losses=9
        apps 1..2 instances=2..4 memory=32M at=2s..8s changes=0..2
        end-host 3..7 at=8s..70s for=12s..25s
        drain 1..4 at=8s..70s for=3s..20s
        kill-silo 1..4 at=8s..75s for=500ms..4s
        kill-warden 1..4 at=8s..75s
        kill-engine 0..3 at=8s..70s for=6s..9s amount=0|1
        policy grace=6s
        mended 90s
        """;

    /// <summary>Cells of two isolation segments and of the shared one, with work for each.</summary>
    internal const string Segments = """
        cells 4..7 memory=256M|512M candidates=1..2 skew=2s segments=shared|secure|Slow joining=15%
        silos 2..3
        tasks 30 at=3s..40s lasts=1s..15s memory=32M|64M losses=9
        tasks 20 at=3s..40s lasts=1s..15s memory=32M|64M losses=9 segment=Secure
        tasks 10 at=3s..40s lasts=1s..15s memory=32M|64M losses=9 segment=slow
        apps 1..2 instances=1..3 memory=32M at=2s..8s changes=0..2 segment=secure
        faults 1..7 kinds=all at=4s..50s for=200ms..3s|2s..25s
        drain 0..2 at=8s..50s for=3s..20s
        mended 60s
        """;

    [Fact]
    public void Ten_thousand_standard_worlds_keep_every_promise() => ManyWorlds.Keep("standard", Scenarios.Standard, 1, 10_000, output);

    [Theory]
    [InlineData("small", 1_000)]
    [InlineData("storm", 500)]
    [InlineData("workers", 500)]
    [InlineData("revoked", 800)]
    [InlineData("let-go", 800)]
    [InlineData("ends", 500)]
    [InlineData("segments", 500)]
    public void Small_worlds_and_storms_keep_every_promise(string name, int count) => ManyWorlds.Keep(name, Named[name], 1, count, output);

    [Fact]
    public void Seeds_that_once_failed_keep_every_promise() => Assert.All(
        Lines("seeds.txt"),
        words => ManyWorlds.Keep(words[0], ManyWorlds.Read(Named[words[0]]).Plan(ulong.Parse(words[1], CultureInfo.InvariantCulture))));

    [Theory]
    [InlineData("")]
    [InlineData("faults 1 kinds=kill-database|hang-database at=8s..15s for=30s")]
    [InlineData("faults 1 kinds=kill-silo|kill-warden|stop-silo|stop-warden at=8s..30s for=500ms..25s")]
    public void Nothing_is_lost_by_faults_that_take_no_host(string faults)
    {
        var total = ManyWorlds.Keep("small", $"{WithoutFaults(Scenarios.Small)}\n{faults}", 1, 150, output);

        Assert.Equal(0, total.Losses);
        Assert.Equal(0, total.Unconfirmed);
    }

    [Fact]
    public void Without_the_hold_an_outage_of_the_database_costs_attempts_and_breaks_no_promise()
    {
        var total = ManyWorlds.Keep("small", $"{WithoutFaults(Scenarios.Small)}\nkill-database at=8s..15s for=30s\npolicy outage=stop", 1, 100, output);

        Assert.True(total.Losses > 50, $"only {total.Losses} losses");
    }

    [Fact]
    public void The_same_seed_is_the_same_run_to_the_byte() => Assert.All(Lines("digests.txt"), words =>
    {
        var plan = ManyWorlds.Read(Named[words[0]]).Plan(ulong.Parse(words[1], CultureInfo.InvariantCulture));
        var (one, other) = (Digest(World.Run(plan, new WorldOptions { Tells = true })), Digest(World.Run(plan, new WorldOptions { Tells = true })));

        Assert.Equal(one, other);
        Assert.True(one == words[2], $"{words[0]} {words[1]} was {words[2]} and is {one}: if a rule or the world was changed on purpose, this belongs into digests.txt");
    });

    [Fact]
    public void Whether_the_log_is_kept_changes_nothing()
    {
        var plan = ManyWorlds.Read(Scenarios.Standard).Plan(7);

        Assert.Equal(World.Run(plan).Steps, World.Run(plan, new WorldOptions { Tells = true, KeepsTimeline = true }).Steps);
    }

    [Theory]
    [InlineData("small")]
    [InlineData("storm")]
    [InlineData("workers")]
    [InlineData("revoked")]
    [InlineData("let-go")]
    [InlineData("ends")]
    [InlineData("segments")]
    [Trait("Length", "Long")]
    public void Twenty_thousand_small_worlds_keep_every_promise(string name) => ManyWorlds.Keep(name, Named[name], 1_000_000, 20_000, output);

    private static string WithoutFaults(string text) => string.Join('\n', text.Split('\n').Where(line => !line.StartsWith("faults", StringComparison.Ordinal)));

    private static string Digest(WorldEnd end) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', end.Log))));

    private static string[][] Lines(string file) => [.. File.ReadAllLines(Repository.PathOf("tests", "Simulation.Tests", file)).Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split(' '))];
}
