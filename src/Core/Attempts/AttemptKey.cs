using System.Globalization;

namespace Granary.Core.Attempts;

/// <summary>
/// One execution of one task or instance in one container. Numbers start at 1, always rise, are never reused and started at
/// most once: the number is the fencing token.
/// </summary>
/// <param name="Work">The guid of the task or instance.</param>
/// <param name="Number">The attempt's number.</param>
public readonly record struct AttemptKey(Guid Work, int Number)
{
    /// <summary>The name of the attempt's container, the same on every cell.</summary>
    public string ContainerName => string.Create(CultureInfo.InvariantCulture, $"granary-{Work:D}-{Number}");

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"attempt {Number} of {Work:D}");
}
