using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Granary.Silo.Storage.Migrations;

/// <summary>One step of the schema: a script <c>NNNN_name.pg.sql</c>, <c>NNNN_name.sqlite.sql</c> or, for the journal of a cell, <c>NNNN_name.journal.sql</c> beside this file.</summary>
internal sealed record Migration(int Id, string Name, string Script)
{
    /// <summary>Over the text with plain line ends, so that a checkout's settings do not change it.</summary>
    public string Checksum { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Script.ReplaceLineEndings("\n"))));

    /// <summary>The scripts of this version for one database, numbered from 1 without gaps.</summary>
    public static IReadOnlyList<Migration> For(Database database)
    {
        var assembly = typeof(Migration).Assembly;
        var ending = $".{database.Suffix}.sql";
        var migrations = assembly.GetManifestResourceNames()
            .Where(resource => resource.EndsWith(ending, StringComparison.Ordinal))
            .Select(resource => Load(assembly, resource, resource[..^ending.Length]))
            .OrderBy(migration => migration.Id)
            .ToArray();
        return migrations.Select(migration => migration.Id).SequenceEqual(Enumerable.Range(1, migrations.Length))
            ? migrations
            : throw new InvalidOperationException($"The scripts *{ending} are not numbered from 1 without gaps.");
    }

    private static Migration Load(Assembly assembly, string resource, string name)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        return new Migration(int.Parse(name.AsSpan(0, 4), CultureInfo.InvariantCulture), name[5..], reader.ReadToEnd());
    }
}

/// <summary>The database has a schema that this version must not touch; the message says what to do. Repeating does not help.</summary>
public sealed class SchemaMismatchException(string message) : Exception(message);
