using System.Formats.Tar;

namespace Granary.Runtime.Conformance;

/// <summary>What a container left can be read after its end.</summary>
public abstract partial class RuntimeConformance
{
    [Fact]
    public async Task Files_that_a_container_left_are_there_until_it_is_removed()
    {
        var attempt = await Started(new Behaviour.Leaves("left behind"));
        await Ended(attempt);

        var folder = await Files(attempt, Behaviour.Leaves.Folder);
        var file = await Files(attempt, $"{Behaviour.Leaves.Folder}/left.txt");

        Assert.Equal(["leaves/", "leaves/left.txt: left behind\n"], folder);
        Assert.Equal(["left.txt: left behind\n"], file);
        Assert.Null(await Runtime.OpenFiles(attempt, "/tmp/nothing", default));
    }

    private async Task<List<string>> Files(Core.Attempts.AttemptKey attempt, string path)
    {
        using var tar = new MemoryStream();
        await foreach (var piece in (await Runtime.OpenFiles(attempt, path, default))!)
        {
            await tar.WriteAsync(piece);
        }

        tar.Position = 0;
        var found = new List<string>();
        await using var reader = new TarReader(tar);
        while (await reader.GetNextEntryAsync(copyData: true) is { } entry)
        {
            found.Add(entry.DataStream is { } data ? $"{entry.Name}: {await new StreamReader(data).ReadToEndAsync()}" : entry.Name);
        }

        return found;
    }
}
