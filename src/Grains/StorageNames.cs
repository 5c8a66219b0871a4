namespace Granary.Grains;

/// <summary>Names under which a silo registers what the grains need.</summary>
public static class StorageNames
{
    /// <summary>The grain storage of all durable grains.</summary>
    public const string Granary = "granary";
}
