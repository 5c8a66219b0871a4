using Granary.Cli.Output;
using Granary.Simulator;
using Granary.Simulator.Plans;

namespace Granary.Cli.Simulate;

/// <summary>Steps through an event log that was recorded by --log, and says whether the rules of today still give the same.</summary>
internal static class Replay
{
    /// <summary>Between the scenario and the events.</summary>
    public const string Divider = "--- events";

    public static int Run(Terminal terminal, string path, CancellationToken cancellation)
    {
        var text = ReadFile(path);
        if (text.IndexOf($"{Divider}\n", StringComparison.Ordinal) is not (>= 0 and var at))
        {
            throw new FailureException($"'{path}' is no event log: 'granary simulate --log FILE' writes one.");
        }

        var recorded = text[(at + Divider.Length + 1)..].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var steps = terminal.IsTerminal && !Console.IsInputRedirected;
        if (steps)
        {
            Terminal.Note("Enter shows the next second of the world, and q ends.");
        }

        var second = "";
        foreach (var line in recorded)
        {
            cancellation.ThrowIfCancellationRequested();
            var now = line.Split('.')[0];
            if (steps && second != now && second.Length > 0 && Console.ReadLine() is null or "q")
            {
                return ExitCode.Done;
            }

            second = now;
            terminal.Line(line);
        }

        var (scenario, faults) = ScenarioText.Read(text[..at]);
        var isSame = faults.IsEmpty && World.Run(scenario.Plan(scenario.Seed ?? 0), new WorldOptions { Tells = true }).Log.SequenceEqual(recorded);
        Terminal.Note(isSame ? "The rules of this version give the same run." : "The rules of this version give another run: the log was recorded by other rules, or was changed.");
        return ExitCode.Done;
    }

    private static string ReadFile(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new FailureException($"'{path}' could not be read: {fault.Message}", fault);
        }
    }
}
