using System.Globalization;

namespace Granary.Silo.Wardens;

/// <summary>
/// The cell's share of the processors. A process needs a turn of its own to freeze and to end, and under full load the turns of a whole cell come seldom: with eight busy loops beside
/// them, fifty killed containers took a second to end, and a tenth of it with the greatest share.
/// </summary>
/// <param name="groups">The cell's group among those that share processors, and the one above it.</param>
/// <param name="file">What holds the share.</param>
/// <param name="most">The greatest share.</param>
/// <param name="usual">That of a group that nobody set.</param>
internal sealed class CpuShare(IReadOnlyList<ControlGroup> groups, string file, int most, int usual)
{
    /// <param name="mount">Where the groups of version 1 share processors; null if they are not mounted.</param>
    /// <param name="path">The cell's group below it.</param>
    public static CpuShare OfVersion1(string? mount, string path) => new(mount is null ? [] : Levels(mount + path), "cpu.shares", 262_144, 1024);

    public static CpuShare OfVersion2(string mount, string path) => new(Levels(mount + path), "cpu.weight", 10_000, 100);

    /// <summary>Gives the cell the greatest share, until it is disposed. Where a group is missing there is nothing to hurry.</summary>
    public IDisposable Raise()
    {
        var raised = new Raised(file);
        foreach (var group in groups)
        {
            if (group.Read(file) is { } text)
            {
                // Whoever raised it before and died left the greatest: that was nobody's wish.
                var before = int.Parse(text, CultureInfo.InvariantCulture);
                raised.Before.Add((group, before == most ? usual : before));
                group.Write(file, Text(most));
            }
        }

        return raised;
    }

    private static ControlGroup[] Levels(string path) => [new(Path.GetDirectoryName(path)!), new(path)];

    private static string Text(int share) => share.ToString(CultureInfo.InvariantCulture);

    private sealed class Raised(string file) : IDisposable
    {
        public List<(ControlGroup Group, int Share)> Before { get; } = [];

        public void Dispose() => Before.ForEach(each => each.Group.Write(file, Text(each.Share)));
    }
}
