using Granary.Core.Droplets;

namespace Granary.Silo.Droplets.Zip;

/// <summary>One entry of an archive, ready to be read.</summary>
/// <param name="DataAt">Where its packed bytes begin.</param>
/// <param name="Entry">What it will be on the disk.</param>
internal sealed record ZipItem(ZipRecord Record, long DataAt, ArchiveEntry Entry);
