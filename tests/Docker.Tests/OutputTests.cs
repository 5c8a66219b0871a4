using System.Globalization;
using System.Text;
using Granary.Core.Attempts;
using Granary.Core.Runtime;
using Granary.Testing;

namespace Granary.Docker.Tests;

/// <summary>Output that is left and taken up again, with a copy on the engine that is small: 2 files of 1 MB.</summary>
[Collection(SharedEngine.Collection)]
public sealed class OutputTests(SharedEngine engine) : IAsyncLifetime
{
    /// <summary>Beside text of this length a record of the copy is about twice as long, so that a file of 1 MB has some 6,500 lines.</summary>
    private const int TextLength = 80;

    /// <summary>Waits until the test lets it go on.</summary>
    private const string Go = "until [ -e /dev/shm/go ]; do sleep 0.05; done";

    private Cell Cell { get; } = new(engine.Engine, options => (options.OutputFileMb, options.OutputFiles) = (1, 2));

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await Cell.DisposeAsync();

    [Fact]
    public async Task Output_that_outran_the_copy_goes_on_behind_one_gap()
    {
        var (attempt, taken) = await Left($"{Numbered(1, 100)}; {Go}; {Numbered(101, 60_000)}", 100);
        await LetGo(attempt);
        await Cell.Runtime.Wait(attempt, default).WaitAsync(Cell.Patience);

        var rest = await Read(attempt, taken);

        Assert.True(rest[0].IsAfterGap);
        Assert.DoesNotContain(rest.Skip(1), line => line.IsAfterGap);
        var first = Number(rest[0]);
        Assert.InRange(first, 30_000, 59_000);
        Assert.Equal(Enumerable.Range(first, 60_001 - first), rest.Select(Number));
    }

    [Fact]
    public async Task Output_whose_beginning_the_copy_dropped_goes_on_without_gap_or_repeat()
    {
        var (attempt, taken) = await Left($"{Numbered(1, 30_000)}; {Go}; {Numbered(30_001, 34_000)}", 30_000);
        await LetGo(attempt);

        var rest = await Read(attempt, taken);

        Assert.NotEqual(1, Number((await Read(attempt, []))[0]));
        Assert.DoesNotContain(rest, line => line.IsAfterGap);
        Assert.Equal(Enumerable.Range(30_001, 4_000), rest.Select(Number));
    }

    [Theory]
    [InlineData(3_000)]
    [InlineData(30_000)]
    public async Task Lines_that_are_all_alike_go_on_without_gap_or_repeat(int before)
    {
        var same = new string('=', TextLength);
        // Between silences: in a copy without its beginning only instants tell alike lines apart.
        var (attempt, taken) = await Left($"yes {same} | head -n {before - 1}; sleep 2; echo {same}; {Go}; sleep 2; yes {same} | head -n 3000", before);
        await LetGo(attempt);

        var rest = await Read(attempt, taken);

        Assert.DoesNotContain(rest, line => line.IsAfterGap);
        Assert.Equal(3_000, rest.Count);
    }

    [Fact]
    public async Task A_program_that_writes_on_through_many_files_while_it_is_taken_over_loses_and_repeats_nothing()
    {
        var (attempt, taken) = await Left($"{Numbered(1, 100)}; {Go}; n=101; while [ $n -lt 20000 ]; do {Numbered("$n", "$((n+99))")}; n=$((n+100)); sleep 0.05; done", 100);
        var rest = Read(attempt, taken); // Looks at the copy from now on, while its file is exchanged some three times.
        await LetGo(attempt);

        var lines = await rest;

        Assert.DoesNotContain(lines, line => line.IsAfterGap);
        Assert.Equal(Enumerable.Range(101, 19_900), lines.Select(Number));
    }

    [Fact]
    public async Task A_long_line_is_taken_up_between_its_pieces()
    {
        var (attempt, taken) = await Left($"head -c 100000 /dev/zero | tr '\\0' x; {Go}; echo; echo end", 5);
        await LetGo(attempt);

        var rest = await Read(attempt, taken);

        Assert.Equal(100_000, taken.Concat(rest).SkipLast(1).Sum(line => line.Text.Length));
        Assert.Equal("end", Encoding.UTF8.GetString(rest[^1].Text.Span));
        Assert.DoesNotContain(rest, line => line.IsAfterGap);
    }

    [Fact]
    public async Task A_live_connection_that_ended_before_the_process_is_no_end_of_its_output()
    {
        await using var relay = new Relay(Path.Combine(engine.Engine.Folder, "relay.sock"), engine.Engine.SocketPath);
        await using var far = new Cell(engine.Engine, options => options.Endpoint = $"unix://{Path.Combine(engine.Engine.Folder, "relay.sock")}", "relayed");
        var attempt = await far.Created(far.Image($"echo 1; {Go}; echo 2; sleep 3; echo 3"));
        await using var output = (await far.Runtime.OpenOutput(attempt, OutputMarks.Start, default)).GetAsyncEnumerator();
        await far.Runtime.Start(attempt, default).WaitAsync(Cell.Patience);
        Assert.True(await output.MoveNextAsync());

        var next = output.MoveNextAsync().AsTask();
        await relay.Cut();
        await LetGo(attempt);
        await Cell.Runtime.Wait(attempt, default).WaitAsync(Cell.Patience);
        relay.Open();

        var rest = new List<string>();
        while (await next.WaitAsync(Cell.Patience))
        {
            rest.Add(Encoding.UTF8.GetString(output.Current.Text.Span));
            next = output.MoveNextAsync().AsTask();
        }

        Assert.Equal(["2", "3"], rest);
    }

    private static string Numbered(int from, int until) => Numbered(from.ToString(CultureInfo.InvariantCulture), until.ToString(CultureInfo.InvariantCulture));

    private static string Numbered(string from, string until) =>
        $"awk -v from={from} -v until={until} 'BEGIN {{ for (n = from; n <= until; n++) printf \"%06d {new string('x', TextLength - 7)}\\n\", n }}'";

    private static int Number(OutputLine line) => int.Parse(line.Text.Span[..6], CultureInfo.InvariantCulture);

    /// <summary>A container that was followed from its start until it waits, and then was left.</summary>
    private async Task<(AttemptKey Attempt, List<OutputLine> Taken)> Left(string command, int lines)
    {
        var attempt = await Cell.Created(Cell.Image(command));
        var output = await Cell.Runtime.OpenOutput(attempt, OutputMarks.Start, default);
        await Cell.Runtime.Start(attempt, default).WaitAsync(Cell.Patience);
        var taken = new List<OutputLine>();
        await foreach (var line in output)
        {
            taken.Add(line);
            if (taken.Count == lines)
            {
                break;
            }
        }

        return (attempt, taken);
    }

    private Task LetGo(AttemptKey attempt) => Command.Run("docker", ["--host", Cell.Options.Endpoint, "exec", attempt.ContainerName, "touch", "/dev/shm/go"]);

    private Task<List<OutputLine>> Read(AttemptKey attempt, List<OutputLine> taken)
    {
        return Take().WaitAsync(Cell.Patience);

        async Task<List<OutputLine>> Take()
        {
            var trail = new OutputTrail(OutputMarks.Start);
            taken.ForEach(trail.Take);
            var lines = new List<OutputLine>();
            await foreach (var line in await Cell.Runtime.OpenOutput(attempt, trail.Marks, default))
            {
                lines.Add(line);
            }

            return lines;
        }
    }
}
