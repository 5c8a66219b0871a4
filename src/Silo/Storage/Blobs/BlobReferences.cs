using Dapper;
using Granary.Core.Builds;
using Granary.Grains.Ports;

namespace Granary.Silo.Storage.Blobs;

/// <summary>Asks the stored packages, droplets and buildpacks. Nothing else keeps bits alive: the tasks of a droplet have its digest from it.</summary>
internal sealed class BlobReferences(Database database, IRows<BuildpackShelf> buildpacks) : IBlobReferences
{
    /// <summary>Digests in one question; SQLite takes about 30,000 values in a statement.</summary>
    private const int AtOnceMax = 1000;

    public async Task<IReadOnlySet<string>> Among(IReadOnlyCollection<string> digests, CancellationToken cancellation)
    {
        var named = new HashSet<string>();
        foreach (var some in digests.Chunk(AtOnceMax))
        {
            var parameters = new { Package = PackageDocument.Kind, Droplet = DropletDocument.Kind, Digests = some };
            named.UnionWith(await database.Read(connection => connection.QueryAsync<string>(new CommandDefinition(Sql, parameters, cancellationToken: cancellation)), cancellation));
        }

        named.UnionWith(await OfBuildpacks(digests, cancellation));
        return named;
    }

    /// <summary>They are one row.</summary>
    private async Task<IEnumerable<string>> OfBuildpacks(IReadOnlyCollection<string> digests, CancellationToken cancellation) =>
        await buildpacks.Find(BuildpackDocument.Item, cancellation) is { } shelf ? shelf.All.Select(each => each.Digest ?? "").Intersect(digests) : [];

    private string Sql => $"""
        SELECT digest FROM
        (
            SELECT {database.Dialect.Member("State", "Digest")} AS digest FROM OrleansStorage WHERE GrainTypeString = @Package
            UNION
            SELECT {database.Dialect.Member("State", "Source", "DropletDigest")} FROM OrleansStorage WHERE GrainTypeString = @Droplet
        ) AS named
        WHERE {database.Dialect.In("digest", "@Digests")}
        """;
}
