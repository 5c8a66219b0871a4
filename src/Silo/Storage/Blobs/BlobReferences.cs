using Dapper;
using Granary.Grains.Ports;

namespace Granary.Silo.Storage.Blobs;

/// <summary>Asks the stored packages and droplets. Nothing else keeps bits alive: the tasks of a droplet have its digest from it.</summary>
internal sealed class BlobReferences(Database database) : IBlobReferences
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

        return named;
    }

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
