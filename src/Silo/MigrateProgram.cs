using System.ComponentModel.DataAnnotations;
using Granary.Grains.Ports;
using Granary.Silo.Storage;
using Granary.Silo.Storage.Migrations;

namespace Granary.Silo;

/// <summary>
/// Brings the database to the schema of this version and ends: <c>Granary.Silo migrate</c> with the settings of a silo. For silos whose role may not change the schema; all
/// others do it themselves when they start.
/// </summary>
internal static class MigrateProgram
{
    public static async Task<int> Run(string[] arguments)
    {
        try
        {
            var settings = Settings.Read(arguments);
            await using var database = Database.Open(Composition.Storage(settings.Options, settings.All));
            var applied = await new Migrator(database, Migration.For(database), TimeProvider.System).Run(CancellationToken.None);
            Console.WriteLine(applied == 0 ? $"{database.Place} is up to date." : $"{database.Place} is up to date; {applied} scripts were applied.");
            return 0;
        }
        catch (Exception fault) when (fault is UsageException or ValidationException or ArgumentException or IOException or DatabaseUnavailableException or SchemaMismatchException)
        {
            await Console.Error.WriteLineAsync($"granary: {fault.Message}");
            return fault is UsageException ? 2 : 1;
        }
    }
}
