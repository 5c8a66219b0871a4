using Granary.Grains.Ports;

namespace Granary.Silo.Storage.Rows;

/// <summary>A comparison of instants in SQL.</summary>
internal static class InstantComparison
{
    public static string Sign(this InstantRelation relation) => relation switch
    {
        InstantRelation.Equal => "=",
        InstantRelation.Before => "<",
        InstantRelation.NotAfter => "<=",
        InstantRelation.After => ">",
        InstantRelation.NotBefore => ">=",
        _ => throw new ArgumentOutOfRangeException(nameof(relation), relation, "No such relation of instants."),
    };
}
