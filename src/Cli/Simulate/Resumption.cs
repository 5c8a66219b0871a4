using System.Globalization;

namespace Granary.Cli.Simulate;

/// <summary>A file that remembers how far a long run of seeds came, so that it can be stopped and gone on with.</summary>
internal sealed class Resumption(string path)
{
    /// <summary>The seeds of the range that are left.</summary>
    public SeedRange Left(SeedRange seeds)
    {
        if (!File.Exists(path))
        {
            return seeds;
        }

        if (!ulong.TryParse(File.ReadAllText(path).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var next))
        {
            throw new FailureException($"'{path}' does not hold the number of the next seed: 'granary simulate --seeds … --resume FILE' makes such a file.", isUsage: true);
        }

        var done = next > seeds.First ? next - seeds.First : 0;
        return new SeedRange(seeds.First + done, (int)Math.Max(0, seeds.Count - (long)done));
    }

    public void Done(ulong next) => Written.To(path, $"{next.ToString(CultureInfo.InvariantCulture)}\n");
}
