using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Granary.Bench;

/// <summary>An outcome as people and as programs read it.</summary>
internal sealed record Report(string Name, string Table, string Json)
{
    // The line is read by people as well, and no browser sees it.
    public static readonly JsonSerializerOptions Written = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly CompositeFormat Row = CompositeFormat.Parse("{0,-36} {1,10} {2,10} {3,8} {4,16}");

    public static Report Of(string name, int rounds, Outcome outcome)
    {
        var command = $"bench/run --rounds {rounds} {name}";
        var machine = Machine.Facts();
        var table = new StringBuilder()
            .AppendLine(CultureInfo.InvariantCulture, $"$ {command}")
            .AppendFormat(CultureInfo.InvariantCulture, Row, name, "granary/s", "floor/s", "ratio", "from to").AppendLine();
        foreach (var each in outcome.Figures)
        {
            table.AppendFormat(CultureInfo.InvariantCulture, Row, each.Label, $"{each.Granary:0.00}", $"{each.Floor:0.00}", $"{each.Ratio:0.000}", $"{each.RatioMin:0.000} {each.RatioMax:0.000}").AppendLine();
        }

        foreach (var (fact, value) in outcome.Facts.Concat(machine))
        {
            table.AppendLine(CultureInfo.InvariantCulture, $"{fact}: {value}");
        }

        // The lowest, so that no case hides behind another.
        var ratio = outcome.Figures.Min(each => each.Ratio);
        var figures = outcome.Figures.Select(each => each with { Granary = Short(each.Granary), Floor = Short(each.Floor), Ratio = Short(each.Ratio), RatioMin = Short(each.RatioMin), RatioMax = Short(each.RatioMax) });
        var json = JsonSerializer.Serialize(new { name, ratio = Short(ratio), rounds, command, figures, facts = outcome.Facts, machine }, Written);
        return new Report(name, table.ToString(), json);
    }

    public async Task Save(string folder)
    {
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, $"{Name}.txt"), Table);
        await File.WriteAllTextAsync(Path.Combine(folder, $"{Name}.json"), Json + "\n");
    }

    private static double Short(double value) => Math.Round(value, 3);
}
