using System.Globalization;
using Granary.Core.Attempts;
using Granary.Grains.Ports;
using Granary.Silo.Wardens;

namespace Granary.Warden.Tests;

/// <summary>What warden and silo tell each other through the cell's folder. Each look is with an instance of its own, as in two processes.</summary>
public sealed class HostNotesTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);

    private readonly string folder = Directory.CreateTempSubdirectory("granary-notes-").FullName;

    private KillNotes Kills => new(folder);

    private StartMarks Starts => new(folder);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_noted_kill_is_known_until_it_is_forgotten_and_its_batch_goes_with_the_last()
    {
        var (one, two) = (Attempt(), Attempt());
        Assert.Null(Kills.Of(one));

        await Kills.Note([one, two], Noon, isOutlived: false, default);

        Assert.Equal(new KillNote(one, Noon, IsOutlived: false), Kills.Of(one));
        Kills.Forget(one);
        Kills.Forget(one);
        Assert.Null(Kills.Of(one));
        Assert.Equal(new KillNote(two, Noon, IsOutlived: false), Kills.Of(two));
        Kills.Forget(two);
        Assert.Empty(Directory.GetFiles(folder, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Of_several_notes_the_first_counts_but_one_that_outlived_its_lease_before_all()
    {
        var attempt = Attempt();
        await Kills.Note([attempt], Noon.AddSeconds(1), isOutlived: false, default);
        await Kills.Note([attempt], Noon, isOutlived: false, default);
        var before = Kills.Of(attempt);
        await Kills.Note([attempt], Noon.AddSeconds(2), isOutlived: true, default);

        Assert.Equal(Noon, before!.At);
        Assert.Equal(new KillNote(attempt, Noon.AddSeconds(2), IsOutlived: true), Kills.Of(attempt));
        Kills.Forget(attempt);
        Assert.Null(Kills.Of(attempt));
    }

    [Fact]
    public async Task The_gate_of_starts_is_what_was_said_last_in_this_boot()
    {
        StartGate Gate() => new(folder);
        Assert.Null(Gate().Epoch);

        Gate().Write(3);
        Assert.Equal(3, Gate().Epoch);
        Gate().Write(0);
        Assert.Equal(0, Gate().Epoch);
        Gate().Write(4);
        Gate().Write(4);
        Assert.Equal(4, Gate().Epoch);

        await File.WriteAllTextAsync(Path.Combine(folder, "gate"), "another-boot 4");
        Assert.Null(Gate().Epoch);
    }

    [Fact]
    public void A_start_is_marked_with_its_process_until_it_is_known_what_came_of_it()
    {
        var attempt = Attempt();
        Starts.Mark(attempt);

        var marked = Assert.Single(Starts.All());

        Assert.Equal((attempt, Environment.ProcessId, ProcessIdentity.Own.StartedAt), (marked.Attempt, marked.Pid, marked.StartedAt));
        Assert.True(File.Exists(Path.Combine(folder, "starts", string.Create(CultureInfo.InvariantCulture, $"{attempt.Work}-{attempt.Number}"))));
        Starts.Clear(attempt);
        Starts.Clear(attempt);
        Assert.Empty(Starts.All());
    }

    [Fact]
    public void A_mark_of_an_earlier_boot_counts_for_nothing()
    {
        Starts.Mark(Attempt());
        var file = Assert.Single(Directory.GetFiles(Path.Combine(folder, "starts")));
        File.WriteAllText(file, File.ReadAllText(file).Replace(ProcessIdentity.ThisBoot, Guid.NewGuid().ToString(), StringComparison.Ordinal));

        Assert.Empty(Starts.All());
        File.WriteAllText(file, "");
        Assert.Empty(Starts.All());
    }

    [Fact]
    public void A_mark_that_another_left_is_taken_over_and_away()
    {
        var attempt = Attempt();
        Starts.Mark(attempt);

        Starts.Mark(attempt);
        Starts.Clear(attempt);

        Assert.Empty(Starts.All());
    }

    private static AttemptKey Attempt() => new(Guid.NewGuid(), 3);
}
