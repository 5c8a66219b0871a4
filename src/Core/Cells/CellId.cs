namespace Granary.Core.Cells;

/// <summary>The name of a cell: one container engine as a place to run things. It outlives every process that serves it.</summary>
public readonly record struct CellId(string Name)
{
    public override string ToString() => Name;
}
