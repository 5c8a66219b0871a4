using System.Globalization;

namespace Granary.Core.Egress;

/// <summary>Ports from one to another, both included.</summary>
public readonly record struct PortRange(int First, int Last)
{
    private const int Max = 65_535;

    /// <summary>"443", "80,443" or "8080-8090", as Cloud Foundry takes them; null for anything else. White space around a number counts for nothing.</summary>
    public static IReadOnlyList<PortRange>? Read(string text)
    {
        if (text.Split('-') is [var first, var last])
        {
            return Port(first) is { } from && Port(last) is { } to && from < to ? [new PortRange(from, to)] : null;
        }

        var ports = text.Split(',').Select(Port).ToArray();
        return ports.All(each => each is not null) ? [.. ports.Select(each => new PortRange(each!.Value, each.Value))] : null;
    }

    public override string ToString() => First == Last ? First.ToString(CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{First}-{Last}");

    private static int? Port(string text) =>
        int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= Max ? port : null;
}
