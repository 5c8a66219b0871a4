using CsCheck;
using Granary.Core.Droplets;
using Granary.Silo.Droplets;

namespace Granary.Droplets.Tests;

public sealed class ContainmentProperties
{
    private static readonly ArchiveLimits Limits = new ArchiveOptions().Limits;

    private static readonly Gen<string> HostileText = Any("..", ".", "/", "//", "a", "b", "link", "\\", "\0", "\n", "C:", "~", " ", "é", "...", "%2e%2e").Array[0, 8].Select(string.Concat);

    /// <summary>Few names, so that links, folders and files meet often.</summary>
    private static readonly Gen<string> Name = Any("a", "b", "c", "a/b", "a/c", "b/a", "b/c", "a/b/c", "c/a/b");

    private static readonly Gen<string> Target = Any("a", "b", "c", "..", ".").Array[1, 5].Select(parts => string.Join('/', parts));

    private static readonly Gen<RawEntry> Entry = Gen.Select(Name, Target, Gen.Int[0, 3], (name, target, kind) => kind switch
    {
        0 => RawEntry.Text(name, "x"),
        1 => RawEntry.Folder(name + "/"),
        _ => RawEntry.Link(name, target),
    });

    [Fact]
    public void A_path_without_a_fault_stays_inside() =>
        HostileText.Sample(
            text =>
            {
                if (ArchiveRules.PathFault(text, Limits) is null)
                {
                    Assert.StartsWith("/some/folder/", Path.GetFullPath(Path.Combine("/some/folder", text)), StringComparison.Ordinal);
                }
            },
            iter: 200_000);

    /// <summary>The disk is the judge: each link that was made is followed there.</summary>
    [Fact]
    public async Task An_archive_that_is_accepted_leads_nowhere_else()
    {
        var linksFollowed = 0;

        await Entry.Array[1, 6].SampleAsync(
            async entries =>
            {
                using var folder = new Folder();
                using var zip = RawZip.Of(entries);
                try
                {
                    await An.Unpacker().Unpack(zip, folder.Droplet, CancellationToken.None);
                }
                catch (ArchiveRefusedException)
                {
                    Assert.False(Directory.Exists(folder.Droplet));
                    return;
                }

                Assert.Empty(folder.Strangers);
                foreach (var link in entries.Where(each => each.Mode >> 12 == RawZip.Symlink >> 12).Select(each => folder.PathOf(each.Name)))
                {
                    var end = RealPath.Of(link);
                    Assert.True(end == folder.Droplet || end.StartsWith(folder.Droplet + "/", StringComparison.Ordinal), $"{link} leads to {end}");
                    Interlocked.Increment(ref linksFollowed);
                }
            },
            iter: 3000);

        Assert.True(linksFollowed > 100, $"only {linksFollowed} links were accepted: the property says nothing");
    }

    private static Gen<string> Any(params string[] choices) => Gen.Int[0, choices.Length - 1].Select(each => choices[each]);
}
