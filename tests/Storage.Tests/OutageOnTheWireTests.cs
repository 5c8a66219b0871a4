using System.Net.Sockets;
using Granary.Grains.Contracts;
using Granary.Grains.Ports;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Orleans.Serialization;

namespace Granary.Storage.Tests;

/// <summary>A fault of the database reaches a caller in another process as what it is, whatever the driver said.</summary>
public sealed class OutageOnTheWireTests
{
    public static TheoryData<Exception> Causes => new()
    {
        new NpgsqlException("Failed to connect", new SocketException((int)SocketError.ConnectionRefused)),
        new PostgresException("the database system is shutting down", "FATAL", "FATAL", "57P03"),
        new SqliteException("unable to open database file", 14),
        new TimeoutException("The operation has timed out"),
    };

    [Theory]
    [MemberData(nameof(Causes))]
    public void It_arrives_with_its_words(Exception cause)
    {
        using var services = new ServiceCollection().AddGranaryWire().BuildServiceProvider();
        var serializer = services.GetRequiredService<Serializer>();

        var arrived = serializer.Deserialize<Exception>(serializer.SerializeToArray<Exception>(new DatabaseUnavailableException("The database is not available.", cause)));

        var outage = Assert.IsType<DatabaseUnavailableException>(arrived);
        Assert.Equal("The database is not available.", outage.Message);
        Assert.Equal(cause.Message, outage.InnerException!.Message);
    }
}
