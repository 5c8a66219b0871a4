namespace Granary.Simulator.Plans;

/// <summary>Scenarios that have a name.</summary>
public static class Scenarios
{
    /// <summary>What every change of a rule must survive.</summary>
    public const string Standard = """
        # Five cells, three silos, sixty tasks and an app, and every fault there is.
        cells 5 memory=512M|1G candidates=1..2 skew=2s joining=15%
        silos 3
        tasks 60 at=3s..40s lasts=300ms..8s|5s..40s memory=32M|64M|128M fail=20% oom=3% hang=3% cancelled=10% deadline=5% never-moved=8% losses=0..3 retries=0..1
        apps 1 instances=1..3 memory=64M at=2s..10s changes=0..3
        faults 2..9 kinds=all at=4s..50s for=200ms..3s|2s..40s
        cut 0..1 at=10s..40s for=ever
        mended 60s
        """;

    /// <summary>A few cells and tasks, for a smaller story.</summary>
    public const string Small = Few + "faults 1..7 kinds=all at=4s..50s for=200ms..3s|2s..40s\n";

    /// <summary>Many short faults, one upon the other, on a slow network.</summary>
    public const string Storm = Few + "faults 10..25 kinds=all at=4s..50s for=500ms..9s\nmessages lost=2% slow=25% doubled=5%\n";

    private const string Few = """
        cells 1..4 memory=256M|512M|1G candidates=1..2 skew=2s joining=15%
        silos 1..4
        tasks 4..10 at=3s..40s lasts=300ms..8s|5s..45s memory=32M|64M|128M fail=25% cancelled=15% never-moved=10% losses=0..3 retries=0..1
        apps 0..1 instances=1..2 memory=32M at=2s..10s changes=0..2
        mended 60s

        """;
}
