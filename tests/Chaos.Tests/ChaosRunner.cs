using System.Globalization;
using Granary.Testing;

namespace Granary.Chaos.Tests;

/// <summary>Runs seed after seed on one cluster, and builds another one after a violation: what went wrong once must not be found again in the next run.</summary>
public sealed class ChaosRunner(ChaosSettings settings) : IAsyncDisposable
{
    private static int stages;

    private Stage? stage;

    public async Task<ChaosOutcome> Run(ulong seed)
    {
        stage ??= await Stage.Build($"chaos{Interlocked.Increment(ref stages)}", settings);
        using var run = new ChaosRun(stage, seed, settings);
        var outcome = await run.Run();
        if (!outcome.Violations.IsEmpty)
        {
            await Keep(outcome);
            await DisposeAsync();
        }

        return outcome;
    }

    /// <summary>Where the words of a run with violations are kept.</summary>
    public static string FolderOf(ulong seed) => Repository.PathOf("artifacts", "chaos", seed.ToString(CultureInfo.InvariantCulture));

    public async ValueTask DisposeAsync()
    {
        if (stage is { } last)
        {
            stage = null;
            await last.DisposeAsync();
        }
    }

    /// <summary>The strip, and the logs of silos and wardens, which go with the cluster.</summary>
    private async Task Keep(ChaosOutcome outcome)
    {
        var folder = FolderOf(outcome.Seed);
        Directory.CreateDirectory(folder);
        await File.WriteAllLinesAsync(Path.Combine(folder, "strip.txt"), [.. outcome.Strip, .. outcome.Violations]);
        foreach (var silo in stage!.Silos)
        {
            var warden = Path.Combine(silo.State, silo.Cell, "warden.log");
            foreach (var (log, name) in new[] { (silo.Log, $"{silo.Name}.log"), ($"{silo.Log}.1", $"{silo.Name}.log.1"), (warden, $"warden-{silo.Cell}.log") }.Where(each => File.Exists(each.Item1)))
            {
                File.Copy(log, Path.Combine(folder, name), overwrite: true);
            }
        }
    }
}
