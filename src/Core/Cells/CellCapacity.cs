namespace Granary.Core.Cells;

/// <summary>What a cell can hold, or what is taken of it. Memory and disk in MB.</summary>
public readonly record struct CellCapacity(int MemoryMb, int DiskMb)
{
    public static CellCapacity operator +(CellCapacity left, CellCapacity right) => new(left.MemoryMb + right.MemoryMb, left.DiskMb + right.DiskMb);

    public static CellCapacity operator -(CellCapacity left, CellCapacity right) => new(left.MemoryMb - right.MemoryMb, left.DiskMb - right.DiskMb);

    public static CellCapacity Add(CellCapacity left, CellCapacity right) => left + right;

    public static CellCapacity Subtract(CellCapacity left, CellCapacity right) => left - right;

    public bool Holds(CellCapacity wanted) => wanted.MemoryMb <= MemoryMb && wanted.DiskMb <= DiskMb;

    public override string ToString() => $"{MemoryMb} MB memory and {DiskMb} MB disk";
}
