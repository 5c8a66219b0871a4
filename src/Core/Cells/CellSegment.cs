namespace Granary.Core.Cells;

/// <summary>
/// Isolation segments as cells and what runs on them know them: by name, without regard to case. A cell is of one segment, and takes only what belongs there.
/// The shared segment, to which belongs what nobody gave another, is null.
/// </summary>
public static class CellSegment
{
    /// <summary>Cloud Foundry's name of it.</summary>
    public const string Shared = "shared";

    /// <summary>A name as an operator gives it.</summary>
    public static string? Named(string name) => AreSame(name, Shared) ? null : name;

    public static bool AreSame(string? left, string? right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);

    public static string Words(string? segment) => segment is null ? "shared isolation segment" : $"isolation segment {segment}";
}
