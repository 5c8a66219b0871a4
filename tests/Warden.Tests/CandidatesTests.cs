using System.Diagnostics;
using Granary.Silo.Wardens;
using Microsoft.Extensions.Logging.Abstractions;

namespace Granary.Warden.Tests;

public sealed class CandidatesTests : IDisposable
{
    private static readonly TimeSpan EndMax = TimeSpan.FromSeconds(30);

    private readonly string folder = Directory.CreateTempSubdirectory("granary-candidates").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>A warden that is told to end as soon as it has begun would leave it behind, and it would start another warden.</summary>
    [Fact]
    public async Task A_silo_that_has_not_come_to_the_door_yet_is_told_to_end_as_well()
    {
        using var silo = Process.Start("sleep", "600");
        Directory.CreateDirectory(SiloFile.FolderIn(folder));
        SiloFile.Write(folder, "silo-1", ProcessIdentity.Of(silo.Id)!);

        await new Candidates(folder, NullLogger.Instance).End(EndMax, CancellationToken.None);

        await silo.WaitForExitAsync();
        Assert.Equal(128 + 15, silo.ExitCode);
        Assert.False(SiloFile.Exists(folder, "silo-1"));
    }
}
